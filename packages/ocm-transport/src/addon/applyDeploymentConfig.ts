import type { AddOnDeploymentConfigSpec, ImageRegistry } from "@multicluster-mesh/mesh-model"
import * as Predicate from "effect/Predicate"
import type { KubeObject } from "../KubeApi.ts"

/** Puts an administrator's placement, proxy, registries and resources into the workloads among `objects`. */
export const applyDeploymentConfig = (
  objects: ReadonlyArray<KubeObject>,
  config: AddOnDeploymentConfigSpec,
  clusterRegistries: ReadonlyArray<ImageRegistry> = []
): ReadonlyArray<KubeObject> => {
  // registries of the add-on's own configuration win over those of the cluster
  const registries = config.registries?.length ? config.registries : clusterRegistries
  return objects.map((object) => {
    const plural = workloads[object.kind]
    if (plural === undefined) return object
    const name = `${plural}:${object.metadata.name}`
    return change(object, ["spec", "template", "spec"], (pod) => podOf(pod, name, config, registries))
  })
}

const workloads: Readonly<Record<string, string>> = {
  Deployment: "deployments",
  DaemonSet: "daemonsets",
  StatefulSet: "statefulsets",
  Job: "jobs"
}

type Fields = Readonly<Record<string, unknown>>

const podOf = (
  pod: Fields,
  workload: string,
  config: AddOnDeploymentConfigSpec,
  registries: ReadonlyArray<ImageRegistry>
): Fields => {
  const { nodeSelector, tolerations } = config.nodePlacement ?? {}
  const containers = (field: "containers" | "initContainers"): Fields =>
    Array.isArray(pod[field])
      ? {
          [field]: listOf(pod[field]).map((container) =>
            Predicate.isReadonlyObject(container) ? containerOf(container, workload, config, registries) : container
          )
        }
      : {}
  return {
    ...pod,
    ...(nodeSelector && { nodeSelector: { ...fieldsOf(pod["nodeSelector"]), ...nodeSelector } }),
    ...(tolerations && { tolerations: [...listOf(pod["tolerations"]), ...tolerations] }),
    ...containers("initContainers"),
    ...containers("containers")
  }
}

const containerOf = (
  container: Fields,
  workload: string,
  config: AddOnDeploymentConfigSpec,
  registries: ReadonlyArray<ImageRegistry>
): Fields => {
  const { name, image } = container
  const proxy = proxyVariables(config)
  const names = new Set(proxy.map((variable) => variable.name))
  const own = listOf(container["env"]).filter(
    (variable) => !(Predicate.isReadonlyObject(variable) && names.has(String(variable["name"])))
  )
  const resources = config.resourceRequirements?.findLast(({ containerID }) =>
    isFitting(containerID, `${workload}:${String(name)}`)
  )?.resources
  return {
    ...container,
    ...(Predicate.isString(image) && registries.length > 0 && { image: mirrored(image, registries) }),
    ...(proxy.length > 0 && { env: [...own, ...proxy] }),
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

const fieldsOf = (value: unknown): Fields => (Predicate.isReadonlyObject(value) ? value : {})
const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** `object` with `make`'s result at `path`. */
const change = (object: KubeObject, path: ReadonlyArray<string>, make: (fields: Fields) => Fields): KubeObject => ({
  ...object,
  ...changeFields(object, path, make)
})

const changeFields = (fields: Fields, path: ReadonlyArray<string>, make: (fields: Fields) => Fields): Fields => {
  const [name, ...rest] = path
  return name === undefined ? make(fields) : { ...fields, [name]: changeFields(fieldsOf(fields[name]), rest, make) }
}
