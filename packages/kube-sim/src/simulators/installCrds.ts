import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ensure } from "./calls.ts"
import { dataAt, listAt, textAt } from "./fields.ts"

/** Creates the CustomResourceDefinitions that are missing, and waits until their kinds are served. */
export const installCrds = (
  api: KubeApi,
  crds: ReadonlyArray<KubeObject>,
  fieldManager: string
): Effect.Effect<void, KubeError> =>
  Effect.forEach(
    crds,
    (crd) => Effect.andThen(ensure(api, resources.customResourceDefinitions, crd, fieldManager), untilServed(api, crd)),
    { discard: true }
  )

const untilServed = (api: KubeApi, crd: KubeObject): Effect.Effect<void, KubeError> => {
  const version = textAt(listAt(crd, "spec", "versions")[0], "name")
  const kind = dataAt(crd, "spec", "names")["kind"]
  return api.serves(`${textAt(crd, "spec", "group")}/${version}`).pipe(
    Effect.map((kinds) => kinds.some((served) => served.kind === kind)),
    Effect.repeat({ until: (served) => served, schedule: Schedule.spaced("50 millis") }),
    Effect.asVoid
  )
}
