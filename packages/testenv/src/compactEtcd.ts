import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { TestenvError } from "./TestenvError.ts"

/** Compacts an etcd, over its JSON gateway: what happened before now is forgotten. */
export const compactEtcd = (port: number): Effect.Effect<void, TestenvError> => {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) })
    const json: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(json)}`)
    return json
  }
  return Effect.tryPromise({
    try: async () => {
      const present = await post("range", { key: Buffer.from("/").toString("base64") })
      const header: unknown = Predicate.isReadonlyObject(present) ? present["header"] : undefined
      const revision = Predicate.isReadonlyObject(header) ? header["revision"] : undefined
      await post("compaction", { revision, physical: true })
    },
    catch: (cause) => new TestenvError({ part: "etcd", problem: String(cause) })
  })
}
