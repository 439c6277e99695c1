import {
  type AddOnDeploymentConfigSpec,
  type ConfigReference,
  decodeAddOnDeploymentConfig,
  type ManagedClusterAddOn,
  resources,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { KubeObject } from "../KubeApi.ts"
import { defaultInstallNamespace } from "./keys.ts"
import { readCaBundle } from "./readCaBundle.ts"
import { specHash } from "./specHash.ts"

/** The configuration of an add-on on one cluster. */
export interface DesiredConfigs {
  /** The references of the ManagedClusterAddOn, with what we have to say of them. */
  readonly references: ReadonlyArray<ConfigReference>
  readonly objects: ReadonlyArray<KubeObject>
  readonly deploymentConfig: AddOnDeploymentConfigSpec
  /** The certificates of its `proxyConfig.caBundle`, as PEM. */
  readonly caBundle: string | undefined
  readonly installNamespace: string
  /** `<resource>.<group>/<namespace>/<name>` -> hash of what is deployed. */
  readonly hashes: Readonly<Record<string, string>>
  /** Why nothing may be deployed with it yet. */
  readonly problem: string | undefined
}

/** Names one configuration. */
export interface ConfigId {
  readonly group: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** Finds a configuration; undefined when there is none. */
export type FindConfig = (id: ConfigId) => KubeObject | undefined

export const configKey = ({ group, resource, namespace, name }: ConfigId): string =>
  `${resource}${group === "" ? "" : `.${group}`}/${namespace}/${name}`

export const isSupported = (
  supported: ReadonlyArray<ResourceType>,
  id: { group?: string; resource: string }
): boolean => supported.some(({ group, plural }) => group === (id.group ?? "") && plural === id.resource)

/**
 * Follows the references that OCM has chosen for the cluster.
 *
 * Of a configuration that the ManagedClusterAddOn names itself we say which state is desired; of the others OCM does,
 * as far as the rollout has come. A configuration that is in another state than the desired one is a problem: what is
 * deployed stays until the rollout reaches the cluster.
 */
export const desiredConfigs = (
  addOn: ManagedClusterAddOn,
  supported: ReadonlyArray<ResourceType>,
  find: FindConfig
): DesiredConfigs => {
  const problems: Array<string> = []
  const objects: Array<KubeObject> = []
  const hashes: Record<string, string> = {}
  const configured = addOn.status?.conditions?.find(({ type }) => type === "Configured")
  if (configured?.status !== "True") {
    problems.push(`waits for OCM to choose the configuration: ${configured?.message ?? "no condition Configured yet"}`)
  }
  const references = (addOn.status?.configReferences ?? []).map((reference): ConfigReference => {
    const id = idOf(reference)
    const key = configKey(id)
    if (!isSupported(supported, id)) {
      problems.push(`${key}: the add-on takes no configuration of this kind`)
      return reference
    }
    const object = find(id)
    if (object === undefined) {
      problems.push(`${key} does not exist`)
      return reference
    }
    const live = specHash(object)
    const desired = isNamedBy(addOn, id) ? live : reference.desiredConfig?.specHash
    if (desired !== live) {
      problems.push(
        desired === undefined || desired === ""
          ? `waits for OCM to choose the state of ${key}`
          : `${key} has changed, and its rollout has not come to this cluster`
      )
    }
    objects.push(object)
    hashes[key] = live
    const { generation } = object.metadata
    return {
      ...reference,
      ...(generation === undefined ? {} : { lastObservedGeneration: generation }),
      ...(isNamedBy(addOn, id)
        ? {
            desiredConfig: {
              ...(id.namespace === "" ? {} : { namespace: id.namespace }),
              name: id.name,
              specHash: live
            }
          }
        : {})
    }
  })
  const deployment = deploymentConfigOf(objects)
  if (deployment.problem !== undefined) problems.push(deployment.problem)
  return {
    references,
    objects,
    deploymentConfig: deployment.spec,
    caBundle: deployment.caBundle,
    installNamespace:
      nonEmpty(deployment.spec.agentInstallNamespace) ??
      nonEmpty(addOn.spec?.installNamespace) ??
      defaultInstallNamespace,
    hashes,
    problem: problems.length === 0 ? undefined : problems.join("; ")
  }
}

const nonEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text)

const idOf = ({ group = "", resource, namespace, name, desiredConfig }: ConfigReference): ConfigId =>
  desiredConfig === undefined
    ? { group, resource, namespace: namespace ?? "", name: name ?? "" }
    : { group, resource, namespace: desiredConfig.namespace ?? "", name: desiredConfig.name }

const isNamedBy = (addOn: ManagedClusterAddOn, id: ConfigId): boolean =>
  addOn.spec?.configs?.some(
    ({ group = "", resource, namespace = "", name = "" }) =>
      configKey({ group, resource, namespace, name }) === configKey(id)
  ) ?? false

interface Deployment {
  readonly spec: AddOnDeploymentConfigSpec
  readonly caBundle?: string
  readonly problem?: string
}

/** Of several the last one counts. */
const deploymentConfigOf = (objects: ReadonlyArray<KubeObject>): Deployment => {
  const { kind, group } = resources.addOnDeploymentConfigs
  const last = objects.findLast((object) => object.kind === kind && object.apiVersion.startsWith(`${group}/`))
  if (last === undefined) return { spec: {} }
  const before = known.get(last)
  if (before !== undefined) return before
  const deployment = readDeployment(last)
  known.set(last, deployment)
  return deployment
}

/** One configuration is that of many clusters, and its certificates are many. */
const known = new WeakMap<KubeObject, Deployment>()

const readDeployment = (config: KubeObject): Deployment => {
  const { name } = config.metadata
  const decoded = Effect.runSync(Effect.result(decodeAddOnDeploymentConfig(config)))
  if (Result.isFailure(decoded)) return { spec: {}, problem: `${name} cannot be read: ${decoded.failure.message}` }
  const { spec = {} } = decoded.success
  const bundle = spec.proxyConfig?.caBundle ?? ""
  if (bundle === "") return { spec }
  return Result.match(readCaBundle(bundle), {
    onSuccess: (caBundle) => ({ spec, caBundle }),
    onFailure: (why) => ({ spec, problem: `${name}: proxyConfig.caBundle ${why}` })
  })
}
