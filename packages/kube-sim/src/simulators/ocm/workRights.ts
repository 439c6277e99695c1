import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject, ObjectRef, ResourceType } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { listAt, textsAt } from "../fields.ts"
import { makeTimers } from "../Timers.ts"

type Verb = "get" | "create" | "update" | "patch" | "delete"

/** What the work agent may do on its cluster (open-cluster-management-io/ocm, manifests/klusterlet/managed). */
export interface WorkRights {
  /** Why the agent may not, in the API server's words; undefined if it may. */
  readonly refusal: (verb: Verb, type: ResourceType, ref: ObjectRef) => Effect.Effect<string | undefined>
}

/**
 * The agent has the rights of ClusterRole `admin` and of its own roles; any other kind is forbidden until a ClusterRole
 * with the label `open-cluster-management.io/aggregate-to-work` grants it. Aggregation takes `delay`.
 */
export const makeWorkRights = Effect.fnUntraced(function* (
  api: KubeApi,
  delay: Duration.Duration
): Effect.fn.Return<WorkRights, never, Scope> {
  const roles = yield* api.informer(resources.clusterRoles, {
    labelSelector: "open-cluster-management.io/aggregate-to-work=true"
  })
  const timers = makeTimers()
  const aggregated = (role: KubeObject) =>
    Effect.map(
      timers.left(`${role.metadata.uid}/${role.metadata.resourceVersion}`, delay),
      (left) => left === undefined
    )

  const refusal = Effect.fnUntraced(function* (verb: Verb, type: ResourceType, ref: ObjectRef) {
    if (isBase(verb, type)) return undefined
    const granting = (yield* roles.list).filter((role) => grants(role, verb, type))
    const effective = yield* Effect.filter(granting, aggregated)
    return effective.length > 0 ? undefined : forbidden(verb, type, ref)
  })

  return { refusal }
})

const isBase = (verb: Verb, type: ResourceType): boolean =>
  type.kind === "CustomResourceDefinition" ? verb !== "patch" : baseGroups.has(type.group)

const baseGroups = new Set([
  "",
  "apps",
  "batch",
  "autoscaling",
  "policy",
  "networking.k8s.io",
  "discovery.k8s.io",
  "rbac.authorization.k8s.io",
  "admissionregistration.k8s.io",
  "scheduling.k8s.io"
])

const grants = (role: KubeObject, verb: Verb, type: ResourceType): boolean =>
  listAt(role, "rules").some(
    (rule) =>
      names(textsAt(rule, "apiGroups"), type.group) &&
      names(textsAt(rule, "resources"), type.plural) &&
      names(textsAt(rule, "verbs"), verb)
  )

const names = (list: ReadonlyArray<string>, name: string): boolean => list.includes(name) || list.includes("*")

const forbidden = (verb: Verb, type: ResourceType, ref: ObjectRef): string => {
  const resource = type.group === "" ? type.plural : `${type.plural}.${type.group}`
  const scope = ref.namespace === undefined ? "at the cluster scope" : `in the namespace "${ref.namespace}"`
  const user = "system:serviceaccount:open-cluster-management-agent:klusterlet-work-sa"
  return `${resource} "${ref.name}" is forbidden: User "${user}" cannot ${verb} resource "${type.plural}" in API group "${type.group}" ${scope}`
}
