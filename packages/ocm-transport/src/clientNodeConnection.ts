import * as k8s from "@kubernetes/client-node"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as https from "node:https"
import type { Connection, Credentials } from "./Connection.ts"
import { KubeConfigError } from "./KubeConfigError.ts"
import { withProxyCa } from "./withProxyCa.ts"
import { proxyOf } from "./proxyOf.ts"

/**
 * The connection of a kubeconfig context as `kubectl` would make it, credential programs (exec) and OIDC included.
 * Without `file` those of `KUBECONFIG`, of the home folder or of the pod are searched, in this order.
 */
export const clientNodeConnection = Effect.fnUntraced(function* (file?: string, context?: string) {
  const named = file ?? "kubeconfig"
  const problem = (cause: unknown) =>
    new KubeConfigError({ file: named, problem: cause instanceof Error ? cause.message : String(cause) })
  const config = yield* Effect.try({
    try: () => {
      const config = new k8s.KubeConfig()
      if (file === undefined) config.loadFromDefault()
      else config.loadFromFile(file)
      if (context !== undefined) config.setCurrentContext(context)
      return config
    },
    catch: problem
  })
  const cluster = config.getCurrentCluster()
  if (cluster === null) {
    const current = config.getCurrentContext() ?? ""
    const error =
      current === ""
        ? { field: "current-context", problem: "names no context, and none was asked for" }
        : { field: `contexts[${current}]`, problem: "does not exist, or has no cluster" }
    return yield* Effect.fail(new KubeConfigError({ file: named, ...error }))
  }
  const place = { file: named, field: `clusters[${cluster.name}].proxy-url`, url: cluster.proxyUrl }
  const proxy = yield* proxyOf(cluster.server, place, process.env)
  const connection: Connection = {
    server: cluster.server,
    credentials: withProxyCa(
      proxy,
      Effect.tryPromise({
        try: async () => {
          const options: https.RequestOptions = {}
          await config.applyToHTTPSOptions(options)
          return credentialsOf(options)
        },
        catch: problem
      })
    ),
    ...(cluster.skipTLSVerify && { insecureSkipTlsVerify: true }),
    ...(cluster.tlsServerName !== undefined && { tlsServerName: cluster.tlsServerName }),
    ...(proxy !== undefined && { proxy })
  }
  return connection
})

const credentialsOf = ({ ca, cert, key, headers }: https.RequestOptions): Credentials => {
  const authorization = Predicate.isReadonlyObject(headers) ? headers["Authorization"] : undefined
  const token = Predicate.isString(authorization) ? bearer.exec(authorization)?.groups?.["token"] : undefined
  return {
    ...(ca !== undefined && { ca: textOf(ca) }),
    ...(cert !== undefined && { certificate: textOf(cert) }),
    ...(key !== undefined && { key: textOf(key) }),
    ...(token !== undefined && { token })
  }
}

const bearer = /^Bearer (?<token>.+)$/u

/** client-node hands over one PEM as text or bytes, never a list. */
const textOf = (pem: string | Buffer | ReadonlyArray<unknown>): string =>
  Buffer.isBuffer(pem) ? pem.toString("utf8") : String(pem)
