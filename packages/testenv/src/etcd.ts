import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { TestenvError } from "./TestenvError.ts"

/** One key of etcd as its JSON gateway gives it: key and value in base64, the revision of its last change. */
export interface Entry {
  readonly key: string
  readonly value: string
  readonly mod_revision: string
}

const Range = Schema.Struct({
  kvs: Schema.optional(
    Schema.Array(Schema.Struct({ key: Schema.String, value: Schema.String, mod_revision: Schema.String }))
  )
})

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** All that an API server keeps. */
const everything = { key: base64("/registry/"), range_end: base64("/registry0") }

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, TestenvError> =>
  Effect.tryPromise({ try: run, catch: (cause) => new TestenvError({ part: "etcd", problem: String(cause) }) })

/** Talks to an etcd on loopback, over its JSON gateway. */
export const etcdAt = (port: number) => {
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v3/kv/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000)
    })
    const json: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(json)}`)
    return json
  }
  return {
    /** What happened before now is forgotten. */
    compact: attempt(async () => {
      const present = await post("range", { key: base64("/") })
      const header: unknown = Predicate.isReadonlyObject(present) ? present["header"] : undefined
      const revision = Predicate.isReadonlyObject(header) ? header["revision"] : undefined
      await post("compaction", { revision, physical: true })
    }),
    readAll: attempt(
      async (): Promise<ReadonlyArray<Entry>> =>
        Schema.decodeUnknownSync(Range)(await post("range", everything)).kvs ?? []
    ),
    put: ({ key, value }: Pick<Entry, "key" | "value">) => attempt(() => post("put", { key, value })),
    remove: (key: string) => attempt(() => post("deleterange", { key }))
  }
}
