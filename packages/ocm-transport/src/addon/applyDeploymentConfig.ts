import type { AddOnDeploymentConfigSpec, ImageRegistry } from "@multicluster-mesh/mesh-model"
import * as Predicate from "effect/Predicate"
import type { KubeObject } from "../KubeApi.ts"
import { changeContainers, changePods, withNamed } from "./changePods.ts"
import { type Fields, fieldsOf, listOf } from "./fields.ts"

/** Puts an administrator's placement, proxy, registries and resources into the workloads among `objects`. */
export const applyDeploymentConfig = (
  objects: ReadonlyArray<KubeObject>,
  config: AddOnDeploymentConfigSpec,
  clusterRegistries: ReadonlyArray<ImageRegistry> = []
): ReadonlyArray<KubeObject> => {
  // registries of the add-on's own configuration win over those of the cluster
  const registries = config.registries?.length ? config.registries : clusterRegistries
  return changePods(objects, (pod, workload) => podOf(pod, workload, config, registries))
}

const podOf = (
  pod: Fields,
  workload: string,
  config: AddOnDeploymentConfigSpec,
  registries: ReadonlyArray<ImageRegistry>
): Fields => {
  const { nodeSelector, tolerations } = config.nodePlacement ?? {}
  const placed = {
    ...pod,
    ...(nodeSelector && { nodeSelector: { ...fieldsOf(pod["nodeSelector"]), ...nodeSelector } }),
    ...(tolerations && { tolerations: [...listOf(pod["tolerations"]), ...tolerations] })
  }
  return changeContainers(placed, (container) => containerOf(container, workload, config, registries))
}

const containerOf = (
  container: Fields,
  workload: string,
  config: AddOnDeploymentConfigSpec,
  registries: ReadonlyArray<ImageRegistry>
): Fields => {
  const { name, image } = container
  const proxy = proxyVariables(config)
  const resources = config.resourceRequirements?.findLast(({ containerID }) =>
    isFitting(containerID, `${workload}:${String(name)}`)
  )?.resources
  return {
    ...container,
    ...(Predicate.isString(image) && registries.length > 0 && { image: mirrored(image, registries) }),
    ...(proxy.length > 0 && { env: withNamed(container["env"], proxy) }),
    ...(resources && { resources: { ...resources } })
  }
}

const proxyVariables = ({ proxyConfig = {} }: AddOnDeploymentConfigSpec) => {
  const { httpProxy, httpsProxy, noProxy } = proxyConfig
  if (!httpProxy && !httpsProxy) return []
  return [
    { name: "HTTP_PROXY", value: httpProxy },
    { name: "HTTPS_PROXY", value: httpsProxy },
    { name: "NO_PROXY", value: noProxy }
  ].filter(({ value }) => value !== undefined && value !== "")
}

/** Whether `pattern`, `workloads:name:container` with `*` for any part, means `id`. */
const isFitting = (pattern: string, id: string): boolean => {
  const parts = pattern.split(":")
  const names = id.split(":")
  return parts.length === names.length && parts.every((part, index) => part === "*" || part === names[index])
}

/**
 * `image` from where the registries have it: the last one that fits counts. Without a source all images come from the
 * mirror, by the last part of their name.
 */
export const mirrored = (image: string, registries: ReadonlyArray<ImageRegistry>): string =>
  registries.reduce((result, { mirror, source = "" }) => {
    const to = mirror.replace(/\/$/u, "")
    const from = source.replace(/\/$/u, "")
    if (from === "") return to === "" ? lastPart(image) : `${to}/${lastPart(image)}`
    const rest = image.slice(from.length)
    return image.startsWith(from) && /^(?:$|[/:@])/u.test(rest) ? `${to}${rest}` : result
  }, image)

const lastPart = (image: string): string => image.slice(image.lastIndexOf("/") + 1)
