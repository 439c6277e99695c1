import {
  type KubeApi,
  type KubeError,
  type KubeObject,
  makeKubeApi,
  type ResourceType
} from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { makeKubeSim } from "../../src/index.ts"
import { listAt, textAt } from "../../src/simulators/fields.ts"

export const cluster = Effect.fnUntraced(function* (name: string) {
  const sim = yield* makeKubeSim({ name })
  const api = yield* makeKubeApi(sim.connection)
  return { ...sim, name, api }
})

/** The object, once it fulfils `holds`; a test that waits in vain fails with what it saw last. */
export const until = (
  api: KubeApi,
  type: ResourceType,
  ref: { readonly name: string; readonly namespace?: string },
  holds: (object: KubeObject) => boolean
): Effect.Effect<KubeObject, KubeError | Error> => {
  let last: unknown = "nothing"
  return api.get(type, ref).pipe(
    Effect.tap((object) => Effect.sync(() => (last = object))),
    Effect.filterOrFail(holds, () => new Error("not yet")),
    Effect.retry({ schedule: Schedule.spaced("10 millis") }),
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () => Effect.fail(new Error(`${type.kind} ${ref.name}: ${JSON.stringify(last)}`))
    })
  )
}

export const untilGone = (
  api: KubeApi,
  type: ResourceType,
  ref: { readonly name: string; readonly namespace?: string }
): Effect.Effect<void, KubeError | Error> =>
  api.get(type, ref).pipe(
    Effect.flatMap((object) =>
      Effect.fail(new Error(`${type.kind} is still there: ${JSON.stringify(object.metadata)}`))
    ),
    Effect.catchReason("KubeError", "NotFound", () => Effect.void),
    Effect.retry({ schedule: Schedule.spaced("10 millis") }),
    Effect.timeoutOrElse({
      duration: "10 seconds",
      orElse: () =>
        Effect.flatMap(api.get(type, ref), (object) => Effect.fail(new Error(`still there: ${JSON.stringify(object)}`)))
    })
  )

/** `status` of a condition of the object. */
export const conditionOf = (object: KubeObject, type: string): string | undefined =>
  textAt(
    listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === type),
    "status"
  )

export const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

export const configMap = (
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>> = {}
): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data
})

export const tiny = Duration.millis(20)
