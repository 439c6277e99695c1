import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as path from "node:path"
import type { Connection, Credentials } from "./Connection.ts"
import { type KubeContext, readContext } from "./KubeConfig.ts"
import { KubeConfigError } from "./KubeConfigError.ts"
import { withProxyCa } from "./withProxyCa.ts"
import { proxyOf } from "./proxyOf.ts"
import { readText, readToken } from "./readText.ts"

/**
 * The connection of a context of a kubeconfig file; of the current one unless `context` names another.
 *
 * Certificates, keys and tokens are read from the file and the files that it names each time they are asked for, so
 * all of them may rotate; the server's address is read once. The way there leads through the proxy of the file's
 * `proxy-url`, else through that of HTTPS_PROXY unless NO_PROXY names the server; what a proxy shows may also be signed
 * by the certificates of the file CA_BUNDLE_FILE_PATH. Relative paths begin at the file's folder.
 * Errors: what a program must run for (exec, auth-provider), and passwords are refused with their place; the
 * entry `./client-node` knows the first two.
 */
export const kubeConfigFile = Effect.fnUntraced(function* (file: string, options: { readonly context?: string } = {}) {
  const read = Effect.tap(readContext(file, options.context), (context) => refuseUnknown(file, context))
  const { cluster, clusterName } = yield* read
  const { "insecure-skip-tls-verify": insecure, "tls-server-name": tlsServerName } = cluster
  const named = { file, field: `clusters[${clusterName}].proxy-url`, url: cluster["proxy-url"] }
  const proxy = yield* proxyOf(cluster.server, named, process.env)
  const connection: Connection = {
    server: cluster.server,
    credentials: withProxyCa(
      proxy,
      Effect.flatMap(read, (context) => credentialsOf(file, context))
    ),
    ...(insecure === true && { insecureSkipTlsVerify: true }),
    ...(tlsServerName !== undefined && tlsServerName !== "" && { tlsServerName }),
    ...(proxy !== undefined && { proxy })
  }
  return connection
})

const credentialsOf = Effect.fnUntraced(function* (
  file: string,
  { cluster, clusterName, user, userName }: KubeContext
) {
  const ofCluster = `clusters[${clusterName}].`
  const ofUser = `users[${userName}].`
  const resolve = (named: string) => path.resolve(path.dirname(file), named)
  /** Data in the file win over a file that is named beside them. */
  const pem = (field: string, data: string | undefined, named: string | undefined) => {
    if (data !== undefined && data !== "") return decoded(file, `${field}-data`, data)
    return named === undefined || named === "" ? Effect.undefined : readText(resolve(named), field)
  }
  const ca = yield* pem(
    `${ofCluster}certificate-authority`,
    cluster["certificate-authority-data"],
    cluster["certificate-authority"]
  )
  const certificate = yield* pem(
    `${ofUser}client-certificate`,
    user["client-certificate-data"],
    user["client-certificate"]
  )
  const key = yield* pem(`${ofUser}client-key`, user["client-key-data"], user["client-key"])
  const token =
    user.tokenFile === undefined || user.tokenFile === ""
      ? user.token
      : yield* readToken(resolve(user.tokenFile), `${ofUser}tokenFile`)
  const credentials: Credentials = {
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
    ...(token !== undefined && token !== "" && { token })
  }
  return credentials
})

const decoded = (file: string, field: string, data: string): Effect.Effect<string, KubeConfigError> =>
  Effect.mapError(
    Effect.fromResult(Base64.decodeString(data.replaceAll(/\s/gu, ""))),
    () => new KubeConfigError({ file, field, problem: "not base64" })
  )

const refuseUnknown = (file: string, { user, userName }: KubeContext) => {
  const refused = [
    [user.username, `users[${userName}].username`],
    [user.exec, `users[${userName}].exec`],
    [user["auth-provider"], `users[${userName}].auth-provider`]
  ] as const
  const found = refused.find(([value]) => value !== undefined && value !== null && value !== "")
  return found === undefined
    ? Effect.void
    : Effect.fail(
        new KubeConfigError({ file, field: found[1], problem: "not supported by this program", unsupported: true })
      )
}
