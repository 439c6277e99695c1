import { byKey, keyOf, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { UninstallRefused } from "./UninstallRefused.ts"

/** Others may write at the same time, and each of their writes makes one of ours come to nothing. */
const mostPasses = 20

/**
 * Takes some finalizers off all objects that `list` finds; others' stay. Returns those that had them.
 *
 * Errors: `UninstallRefused` with those from which they could not be taken; all others have lost them then.
 */
export const takeFinalizersOff = Effect.fnUntraced(function* (
  hub: KubeApi,
  type: ResourceType,
  ours: ReadonlySet<string>,
  list: Effect.Effect<ReadonlyArray<KubeObject>, KubeError>
): Effect.fn.Return<ReadonlyArray<KubeObject>, KubeError | UninstallRefused> {
  const done = new Map<string, KubeObject>()
  const isHeld = ({ metadata }: KubeObject) => metadata.finalizers?.some((finalizer) => ours.has(finalizer)) ?? false
  let problems: ReadonlyArray<string> = []
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const held = (yield* list).filter(isHeld)
    if (held.length === 0) return [...done.values()].toSorted(byKey(keyOf))
    if (pass > 0) yield* Effect.sleep("500 millis")
    const tried = yield* Effect.forEach(held, (object) => Effect.result(takeOff(hub, type, ours, object)), {
      concurrency: 10
    })
    problems = tried.flatMap((result) => (result._tag === "Failure" ? [result.failure.message] : []))
    tried.forEach((result, index) => {
      const object = held[index]
      if (result._tag === "Success" && object !== undefined) done.set(keyOf(object), object)
    })
  }
  return yield* new UninstallRefused({ problem: `our finalizer does not go: ${problems.slice(0, 20).join("; ")}` })
})

const takeOff = (hub: KubeApi, type: ResourceType, ours: ReadonlySet<string>, { metadata }: KubeObject) => {
  const { finalizers = [], name, namespace = "", resourceVersion, uid } = metadata
  const others = finalizers.filter((finalizer) => !ours.has(finalizer))
  return hub
    .patch(
      type,
      { name, namespace },
      { metadata: { uid, resourceVersion, finalizers: others } },
      { fieldManager: "multicluster-mesh-uninstall" }
    )
    .pipe(
      Effect.catchReason("KubeError", "NotFound", () => Effect.void),
      Effect.asVoid
    )
}
