import * as Effect from "effect/Effect"
import * as Yaml from "effect/encoding/Yaml"
import * as Schema from "effect/Schema"
import { KubeConfigError } from "./KubeConfigError.ts"
import { readText } from "./readText.ts"

const text = Schema.optionalKey(Schema.String)
/** `kubectl config view` writes null for a list with nothing in it. */
const entries = <S extends Schema.Constraint>(entry: S) => Schema.optionalKey(Schema.NullOr(Schema.Array(entry)))

const Cluster = Schema.Struct({
  server: Schema.String,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": Schema.optionalKey(Schema.Boolean),
  "tls-server-name": text,
  "proxy-url": text
})
const User = Schema.Struct({
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  token: text,
  tokenFile: text,
  username: text,
  exec: Schema.optionalKey(Schema.Unknown),
  "auth-provider": Schema.optionalKey(Schema.Unknown)
})

/** What we read of a kubeconfig file. */
const KubeConfig = Schema.Struct({
  "current-context": text,
  clusters: entries(Schema.Struct({ name: Schema.String, cluster: Cluster })),
  contexts: entries(
    Schema.Struct({
      name: Schema.String,
      context: Schema.Struct({ cluster: Schema.String, user: text })
    })
  ),
  users: entries(Schema.Struct({ name: Schema.String, user: Schema.NullOr(User) }))
})

/** One context of a kubeconfig file with what it names. */
export interface KubeContext {
  readonly cluster: typeof Cluster.Type
  readonly clusterName: string
  readonly user: typeof User.Type
  readonly userName: string
}

/** Reads the context of that name, or the current one. */
export const readContext = Effect.fnUntraced(function* (file: string, wanted: string | undefined) {
  const problem = (problem: string, field?: string) =>
    new KubeConfigError({ file, ...(field !== undefined && { field }), problem })
  const source = yield* readText(file)
  if (source.trim() === "") return yield* Effect.fail(problem("the file is empty; a kubeconfig is expected"))
  const parsed = yield* Effect.try({
    try: () => Yaml.parse(source),
    catch: (cause) => problem(`not YAML: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
  const config = yield* Effect.mapError(Schema.decodeUnknownEffect(KubeConfig)(parsed), (error) =>
    problem(`not a kubeconfig: ${error.message.replaceAll(/\s+/gu, " ")}`)
  )

  const name = wanted ?? config["current-context"] ?? ""
  if (name === "") return yield* Effect.fail(problem("names no context, and none was asked for", "current-context"))
  const context = config.contexts?.find((entry) => entry.name === name)?.context
  if (context === undefined) return yield* Effect.fail(problem("does not exist", `contexts[${name}]`))
  const cluster = config.clusters?.find((entry) => entry.name === context.cluster)?.cluster
  if (cluster === undefined) return yield* Effect.fail(problem("does not exist", `clusters[${context.cluster}]`))
  const userName = context.user ?? ""
  const entry = config.users?.find((entry) => entry.name === userName)
  if (userName !== "" && entry === undefined) return yield* Effect.fail(problem("does not exist", `users[${userName}]`))
  const found: KubeContext = { cluster, clusterName: context.cluster, user: entry?.user ?? {}, userName }
  return found
})
