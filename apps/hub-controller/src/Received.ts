import type { Malformed } from "@multicluster-mesh/federation-planner"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"

/** The objects of one kind that decode, and what is wrong with the others. */
export interface Received<A> {
  readonly objects: ReadonlyArray<A>
  readonly malformed: ReadonlyArray<Malformed>
}

/**
 * Makes the decoding of a list of objects. An object that does not decode is an entry of `malformed`, never the end
 * of the list. What was decoded once is kept as long as the object is.
 */
export const decodeEach = <A>(decode: (object: unknown) => Effect.Effect<A, Schema.SchemaError>) => {
  const decoded = new WeakMap<KubeObject, Result.Result<A, Malformed>>()
  const decodeOnce = (object: KubeObject): Result.Result<A, Malformed> => {
    const known = decoded.get(object)
    if (known !== undefined) return known
    const result = Effect.runSync(
      Effect.result(Effect.mapError(decode(object), (error) => malformed(object, error.message)))
    )
    decoded.set(object, result)
    return result
  }
  return (objects: ReadonlyArray<KubeObject>): Received<A> => {
    const results = objects.map(decodeOnce)
    return {
      objects: results.flatMap((result) => (Result.isSuccess(result) ? [result.success] : [])),
      malformed: results.flatMap((result) => (Result.isFailure(result) ? [result.failure] : []))
    }
  }
}

const malformed = (object: KubeObject, problem: string): Malformed => ({
  kind: object.kind,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
  problem
})
