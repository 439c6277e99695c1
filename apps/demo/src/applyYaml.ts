import type { KubeApi, KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { parse } from "yaml"

const types: ReadonlyMap<string, ResourceType> = new Map([
  ["MeshDeployment", resources.meshDeployments],
  ["MeshFederation", resources.meshFederations]
])

/** Text of a file in `examples/quickstart`. */
export const exampleText = (file: string): string =>
  readFileSync(new URL(`../../../examples/quickstart/${file}`, import.meta.url), "utf8")

/** What `kubectl apply` says it has done. */
export interface Applied {
  readonly type: ResourceType
  readonly name: string
  readonly done: "created" | "configured"
}

/**
 * Applies a file of `examples/quickstart`, with the note that `kubectl apply` leaves on an object: a later
 * `kubectl apply` of the same object then finds what it looks for.
 */
export const applyExample = Effect.fnUntraced(function* (api: KubeApi, file: string) {
  const object: KubeObject = parse(exampleText(file))
  const type = types.get(object.kind)
  if (type === undefined) {
    return yield* Effect.die(`examples/quickstart/${file}: ${object.kind} is not a kind of the demo`)
  }
  const { name, namespace = "" } = object.metadata
  const done = yield* api.get(type, { name, namespace }, { metadataOnly: true }).pipe(
    Effect.as("configured" as const),
    Effect.catchReason("KubeError", "NotFound", () => Effect.succeed("created" as const))
  )
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(object)}\n` }
  yield* api.apply(
    type,
    { ...object, metadata: { ...object.metadata, annotations } },
    { fieldManager: "kubectl-client-side-apply" }
  )
  const applied: Applied = { type, name, done }
  return applied
})
