import type { AuditedCall, ControlPlane } from "@multicluster-mesh/testenv"
import { kubectlOn } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** One verb on one resource that a role grants to someone, in one namespace or in all (`*`). */
export interface Granted {
  readonly namespace: string
  readonly group: string
  /** With its subresource: `meshes/status`. */
  readonly resource: string
  readonly verb: string
}

/** Who one of our programs is to an API server. */
export interface Who {
  readonly user: string
  readonly groups: ReadonlyArray<string>
}

const Meta = Schema.Struct({ name: Schema.String, namespace: Schema.optionalKey(Schema.String) })
const Texts = Schema.Array(Schema.String)
const decodeRoles = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      items: Schema.Array(
        Schema.Struct({
          kind: Schema.String,
          metadata: Meta,
          rules: Schema.optionalKey(
            Schema.NullOr(
              Schema.Array(
                Schema.Struct({
                  apiGroups: Schema.optionalKey(Texts),
                  resources: Schema.optionalKey(Texts),
                  verbs: Texts
                })
              )
            )
          )
        })
      )
    })
  )
)
const decodeBindings = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      items: Schema.Array(
        Schema.Struct({
          metadata: Meta,
          roleRef: Schema.Struct({ kind: Schema.String, name: Schema.String }),
          subjects: Schema.optionalKey(
            Schema.Array(
              Schema.Struct({ kind: Schema.String, name: Schema.String, namespace: Schema.optionalKey(Schema.String) })
            )
          )
        })
      )
    })
  )
)

/** All that an API server's roles grant to `who`, but what they grant to everybody. */
const grantedTo = Effect.fnUntraced(function* (plane: ControlPlane, { user, groups }: Who) {
  const get = (kinds: string) => kubectlOn(plane, ["get", kinds, "--all-namespaces", "-o", "json"])
  const roles = decodeRoles(yield* get("clusterroles,roles")).items
  const bindings = decodeBindings(yield* get("clusterrolebindings,rolebindings")).items
  return bindings.flatMap(({ metadata, roleRef, subjects = [] }): ReadonlyArray<Granted> => {
    const isMeant = subjects.some(({ kind, name, namespace = "" }) => {
      if (kind === "ServiceAccount") return user === `system:serviceaccount:${namespace}:${name}`
      return kind === "Group" ? groups.includes(name) : user === name
    })
    const role = roles.find(
      ({ kind, metadata: { name, namespace } }) =>
        kind === roleRef.kind && name === roleRef.name && (kind === "ClusterRole" || namespace === metadata.namespace)
    )
    if (!isMeant || role === undefined) return []
    return (role.rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => ({ namespace: metadata.namespace ?? "*", group, resource, verb }))
        )
      )
    )
  })
})

const resourceOf = ({ objectRef }: AuditedCall): string =>
  objectRef?.subresource === undefined
    ? (objectRef?.resource ?? "")
    : `${objectRef.resource ?? ""}/${objectRef.subresource}`

/** An apply that makes its object needs the right to create it, too. */
const verbsOf = ({ responseStatus, verb }: AuditedCall): ReadonlyArray<string> =>
  verb === "patch" && responseStatus?.code === 201 ? ["patch", "create"] : [verb]

/** Those of the rights that no call has made use of. */
const neverUsed = (granted: ReadonlyArray<Granted>, calls: ReadonlyArray<AuditedCall>): ReadonlyArray<Granted> => {
  const made = new Set(
    calls.flatMap((call) =>
      verbsOf(call).flatMap((verb) =>
        ["*", call.objectRef?.namespace].map((namespace) =>
          keyOf({ namespace: namespace ?? "", group: call.objectRef?.apiGroup ?? "", resource: resourceOf(call), verb })
        )
      )
    )
  )
  return granted.filter((right) => !made.has(keyOf(right)))
}

const keyOf = ({ group, namespace, resource, verb }: Granted): string => `${verb} ${resource}.${group} in ${namespace}`

/** `meshes.mesh.open-cluster-management.io in east: get list`: one line for all verbs of a resource. */
export const linesOf = (rights: ReadonlyArray<Granted>): ReadonlyArray<string> =>
  [
    ...Map.groupBy(rights, ({ group, namespace, resource }) => {
      const name = group === "" ? resource : `${resource}.${group}`
      return namespace === "*" ? name : `${name} in ${namespace}`
    })
  ]
    .map(([what, verbs]) => `${what}: ${[...new Set(verbs.map(({ verb }) => verb))].sort().join(" ")}`)
    .sort()

/** The calls that were refused for want of a right, as lines to read, the oldest first. */
const refused = (calls: ReadonlyArray<AuditedCall>): ReadonlyArray<string> =>
  calls
    .filter(({ responseStatus }) => responseStatus?.code === 403)
    .map((call) => `${call.verb} ${resourceOf(call)}.${call.objectRef?.apiGroup ?? ""} ${call.requestURI}`)

/** The same program on several API servers. */
export type Processes = ReadonlyArray<{ readonly plane: ControlPlane; readonly who: Who }>

const isSame = (left: Granted, right: Granted): boolean =>
  left.group === right.group && left.resource === right.resource && left.verb === right.verb

/** The rights of a program, those that none of its processes has used, and the calls that any was refused. */
export const auditOf = Effect.fnUntraced(function* (processes: Processes) {
  const audits = yield* Effect.forEach(
    processes,
    Effect.fnUntraced(function* ({ plane, who }) {
      const calls = (yield* plane.calls).filter(({ user }) => user.username === who.user)
      const granted = yield* grantedTo(plane, who)
      return { granted, made: calls.length, unused: neverUsed(granted, calls), refused: refused(calls) }
    })
  )
  const [first, ...others] = audits
  return {
    /** Whether all of them had rights and made calls: else nothing is proven. */
    isTelling: audits.every(({ granted, made }) => granted.length > 0 && made > 0),
    granted: audits.flatMap(({ granted }) => granted),
    // a right that the agent of one cluster uses is one that agents need
    unused: (first?.unused ?? []).filter((right) =>
      others.every(({ unused }) => unused.some((other) => isSame(right, other)))
    ),
    refused: audits.flatMap((audit) => audit.refused)
  }
})
