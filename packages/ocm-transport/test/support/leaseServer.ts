import * as Effect from "effect/Effect"
import type { KubeApi, KubeObject } from "../../src/KubeApi.ts"
import { AlreadyExists, Conflict, KubeError, type KubeErrorReason, NotFound } from "../../src/KubeError.ts"

const fail = (reason: KubeErrorReason) =>
  Effect.fail(new KubeError({ call: "lease", reason, detail: "as an API server says" }))

const unexpected = () => Effect.die("not a call that a lease needs")

/** An API server in virtual time that knows one object, and its clients. */
export const leaseServer = () => {
  let stored: KubeObject | undefined
  let version = 0
  const store = (object: KubeObject) => {
    version += 1
    stored = { ...object, metadata: { ...object.metadata, uid: "uid", resourceVersion: String(version) } }
    return stored
  }

  /** A client whose calls pass through `network` first. */
  const client = (network: Effect.Effect<void, KubeError> = Effect.void): KubeApi => ({
    get: () =>
      Effect.andThen(
        network,
        Effect.suspend(() => (stored === undefined ? fail(new NotFound({})) : Effect.succeed(stored)))
      ),
    create: (_, object) =>
      Effect.andThen(
        network,
        Effect.suspend(() => (stored === undefined ? Effect.succeed(store(object)) : fail(new AlreadyExists({}))))
      ),
    replace: (_, object) =>
      Effect.andThen(
        network,
        Effect.suspend(() =>
          stored?.metadata.resourceVersion === object.metadata.resourceVersion
            ? Effect.succeed(store(object))
            : fail(new Conflict({ causes: [] }))
        )
      ),
    list: unexpected,
    apply: unexpected,
    patch: unexpected,
    delete: unexpected,
    informer: unexpected,
    serves: unexpected
  })
  return {
    client,
    spec: () => stored?.["spec"],
    writes: () => version,
    forget: () => {
      stored = undefined
    }
  }
}
