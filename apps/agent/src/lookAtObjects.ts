import type { Look, ObjectLook } from "@multicluster-mesh/discovery"
import {
  identityKey,
  identityOf,
  type KubeObject,
  type MeshAgentSpec,
  type ObjectIdentity,
  type ResourceType
} from "@multicluster-mesh/mesh-model"
import type { KubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { MarkedObjects } from "./ClusterWatch.ts"
import { hasKind, type ServedKinds, typeOfServed } from "./ServedKinds.ts"

/** Looks up objects by name and remembers what no watch covers: the unmarked and the absent ones. */
export interface ObjectLooks {
  /** What is known of the `asked` objects, and of all others that are marked. */
  readonly look: (
    asked: NonNullable<MeshAgentSpec["objects"]>,
    marked: Omit<MarkedObjects, "unseen">
  ) => Effect.Effect<ReadonlyArray<ObjectLook>>
  readonly forget: Effect.Effect<void>
}

interface Remembered {
  readonly look: Look
  /** Whether the hub's wish to have it confirmed had been seen before the look was taken. */
  readonly fresh: boolean
}

const concurrency = 8

export const makeObjectLooks = (api: KubeApi, served: ServedKinds): ObjectLooks => {
  let remembered = new Map<string, Remembered>()
  // marked objects, by uid, that were read after the hub's wish to have them confirmed
  let confirmed = new Map<string, string>()
  return {
    forget: Effect.sync(() => {
      remembered = new Map()
    }),
    look: Effect.fnUntraced(function* (asked, marked) {
      const kept = new Map<string, Remembered>()
      const keptConfirmed = new Map<string, string>()
      const byKey = new Map(marked.objects.map((object) => [identityKey(identityOf(object)), object]))
      const looks = yield* Effect.forEach(
        asked,
        Effect.fnUntraced(function* ({ confirm = false, ...identity }) {
          const key = identityKey(identity)
          const object = byKey.get(key)
          if (object !== undefined) {
            const { uid = "" } = object.metadata
            if (!confirm) return presence(identity, object)
            // the watch may not have told yet that the object is gone
            const look = confirmed.get(key) === uid ? undefined : yield* lookUp(api, served, identity)
            if (look !== undefined && (look._tag !== "Present" || look.metadata.uid !== uid)) {
              return { ...identity, look, ...(look._tag === "Unknown" ? {} : { fresh: true }) }
            }
            keptConfirmed.set(key, uid)
            return { ...presence(identity, object), fresh: true }
          }
          const known = remembered.get(key)
          const { look, fresh } =
            known !== undefined && (known.fresh || !confirm) && !marked.isBehind(identity)
              ? { look: known.look, fresh: confirm }
              : { look: yield* lookUp(api, served, identity), fresh: confirm }
          if (look._tag !== "Unknown") kept.set(key, { look, fresh })
          return { ...identity, look, ...(fresh ? { fresh } : {}) }
        }),
        { concurrency }
      )
      remembered = kept
      confirmed = keptConfirmed
      const answered = new Set(asked.map(identityKey))
      const others = marked.objects.filter((object) => !answered.has(identityKey(identityOf(object))))
      return [...looks, ...others.map((object) => presence(identityOf(object), object))]
    })
  }
}

const presence = (identity: ObjectIdentity, object: KubeObject): ObjectLook => ({
  ...identity,
  look: { _tag: "Present", metadata: object.metadata }
})

/** Reads one object by name. Neither its absence nor that of its kind is believed at the first read. */
const lookUp = (api: KubeApi, served: ServedKinds, identity: ObjectIdentity): Effect.Effect<Look> =>
  Effect.gen(function* () {
    const type = typeOfServed(yield* served.of(identity.apiVersion), identity)
    if (type === undefined) return yield* confirmNotServed(served, identity)
    const read = metadataOf(api, type, identity)
    return yield* read.pipe(
      Effect.catchReason("KubeError", "NotFound", () => read),
      Effect.catchReason("KubeError", "NotFound", () => Effect.succeed<Look>({ _tag: "Absent" })),
      Effect.catchReason("KubeError", "NotServed", () => confirmNotServed(served, identity))
    )
  }).pipe(Effect.catch((error) => Effect.succeed<Look>({ _tag: "Unknown", message: error.message })))

const metadataOf = (api: KubeApi, type: ResourceType, { name, namespace }: ObjectIdentity) =>
  Effect.map(
    api.get(type, namespace === "" ? { name } : { name, namespace }, { metadataOnly: true }),
    (object): Look => ({ _tag: "Present", metadata: object.metadata })
  )

const confirmNotServed = (served: ServedKinds, identity: ObjectIdentity) =>
  Effect.map(served.ask(identity.apiVersion), (kinds): Look =>
    hasKind(kinds, identity)
      ? { _tag: "Unknown", message: `${identity.kind} of ${identity.apiVersion} is being installed or replaced` }
      : { _tag: "NotServed" }
  )
