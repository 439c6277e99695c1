import type { KubeApi, KubeObject, OwnerReference, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { contains, find } from "../calls.ts"
import type { ManifestOptions } from "./workOptions.ts"
import type { WorkRights } from "./workRights.ts"

/** Why a manifest could not be applied. `conflict` is only tried again with the next change or timer. */
export interface Refused {
  readonly conflict: boolean
  readonly message: string
}

/** Applies manifests on one cluster as OCM's work agent does (open-cluster-management-io/ocm, pkg/work/spoke/apply). */
export const makeApplyManifest =
  (api: KubeApi, rights: WorkRights) =>
  (
    type: ResourceType,
    manifest: KubeObject,
    options: ManifestOptions,
    owner: OwnerReference
  ): Effect.Effect<KubeObject, Refused> => {
    const need = (verb: "get" | "create" | "update" | "patch") =>
      Effect.flatMap(rights.refusal(verb, type, manifest.metadata), (message) =>
        message === undefined ? Effect.void : Effect.fail<Refused>({ conflict: false, message })
      )
    const call = <A>(
      effect: Effect.Effect<A, { readonly detail: string; readonly reason: { readonly _tag: string } }>
    ) =>
      Effect.mapError(effect, ({ detail, reason }): Refused => ({
        conflict: reason._tag === "Conflict",
        message: detail
      }))
    const existing = Effect.andThen(need("get"), call(find(api, type, manifest.metadata)))
    const create = Effect.andThen(need("create"), call(api.create(type, manifest, { fieldManager: "work-agent" })))

    const update = Effect.fnUntraced(function* (object: KubeObject) {
      const wanted = updated(object, manifest)
      if (contains(object, wanted) && contains(wanted, object)) return object
      yield* need("update")
      return yield* call(api.replace(type, wanted, { fieldManager: "work-agent" }))
    })
    const missing = Effect.fail<Refused>({
      conflict: false,
      message: `${type.plural} "${manifest.metadata.name}" not found`
    })
    const strategies: Readonly<Record<ManifestOptions["strategy"], Effect.Effect<KubeObject, Refused>>> = {
      ReadOnly: Effect.flatMap(existing, (object) => (object === undefined ? missing : Effect.succeed(object))),
      CreateOnly: Effect.flatMap(existing, (object) => (object === undefined ? create : Effect.succeed(object))),
      Update: Effect.flatMap(existing, (object) => (object === undefined ? create : update(object))),
      ServerSideApply: Effect.gen(function* () {
        yield* need("patch")
        if ((yield* existing) === undefined) yield* need("create")
        const { fieldManager, force } = options
        return yield* call(api.apply(type, manifest, { fieldManager, force }))
      })
    }

    return Effect.flatMap(strategies[options.strategy], (object) => {
      const owners = object.metadata.ownerReferences ?? []
      const others = owners.filter(({ uid }) => uid !== owner.uid)
      const wanted = options.orphaned ? others : [...others, owner]
      if (options.strategy === "ReadOnly" || wanted.length === owners.length) return Effect.succeed(object)
      const { resourceVersion } = object.metadata
      const patch = { metadata: { resourceVersion, ownerReferences: wanted } }
      return Effect.andThen(
        need("patch"),
        call(api.patch(type, object.metadata, patch, { fieldManager: "work-agent" }))
      )
    })
  }

/** Labels and annotations are merged, everything else but the status is overwritten. */
const updated = (existing: KubeObject, manifest: KubeObject): KubeObject => {
  const { metadata, status } = existing
  const content = ownContent.has(manifest.kind) ? existing : {}
  return {
    ...content,
    ...manifest,
    metadata: {
      ...metadata,
      ...merged("labels", existing, manifest),
      ...merged("annotations", existing, manifest)
    },
    ...(status === undefined ? {} : { status })
  }
}

/** Kinds of which the agent only merges metadata: the server fills in the rest. */
const ownContent = new Set(["Namespace", "ServiceAccount", "Service"])

const merged = (field: "labels" | "annotations", existing: KubeObject, manifest: KubeObject) => {
  const wanted = manifest.metadata[field]
  return wanted === undefined ? {} : { [field]: { ...existing.metadata[field], ...wanted } }
}
