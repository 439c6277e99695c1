import { isSameJson, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { type Change, typeOf } from "./Change.ts"
import { goingDefinitions } from "./goingDefinitions.ts"
import { type HubInformers, staleKinds } from "./HubInformers.ts"

/**
 * Makes the answer whether a write waits because the plan behind it may rest on something out of date, or on a wish that
 * nobody has ended: unknown is not absent.
 *
 * A status says what was known, and is put right by the next one. An object that does not exist can be made, if its
 * own kind is known. All else may take something away that is still wished: a work loses a manifest, or the rule that
 * keeps it; a record begins a removal; a finalizer lets its object go.
 *
 * Before the end of a wish is recorded, it is made sure that people have deleted the object, and not the definition of its
 * kind. While a definition goes, nothing that exists is changed.
 */
export const makeIsHeld = (hub: KubeApi, informers: HubInformers) => {
  let goingUntil = 0
  const isDefinitionGoing = Effect.gen(function* () {
    const going = yield* goingDefinitions(hub)
    const now = yield* Clock.currentTimeMillis
    if (going.length > 0 && now >= goingUntil) {
      yield* Effect.logError(
        `nothing is removed, and nothing that exists is changed: ${going.join(", ")} is being deleted, and all objects of the kind with it. See "A definition of ours is deleted" in docs/troubleshooting.md`
      )
    }
    goingUntil = going.length > 0 ? now + remembered : 0
    return going.length > 0
  })

  return Effect.fnUntraced(function* (
    change: Change,
    live: KubeObject | undefined
  ): Effect.fn.Return<boolean, KubeError> {
    if (change._tag === "WriteStatus") return false
    const stale = yield* staleKinds(informers)
    if (live === undefined ? stale.includes(typeOf(change).plural) : stale.length > 0) return true
    if (endsWish(change, live)) return yield* isDefinitionGoing
    return live !== undefined && (yield* Clock.currentTimeMillis) < goingUntil
  })
}

/** Milliseconds; what is held asks again before that is over. */
const remembered = 5000

/** Whether the change records that a wish has ended, prepares that record, or lets an object go whose end is recorded. */
const endsWish = (change: Change, live: KubeObject | undefined): boolean =>
  change._tag === "SetFinalizer"
    ? !change.present || change.type.kind === resources.meshes.kind
    : change._tag === "ApplyObject" && recordsAnew(removalOf(change.object), live && removalOf(live))

const recordsAnew = (wanted: unknown, has: unknown): boolean => wanted !== undefined && !isSameJson(wanted, has)

const removalOf = ({ spec }: KubeObject): unknown => (Predicate.isReadonlyObject(spec) ? spec["removal"] : undefined)
