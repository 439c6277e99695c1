import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { Connection } from "./Connection.ts"
import { KubeConfigError } from "./KubeConfigError.ts"
import { readText, readToken } from "./readText.ts"

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

const address = Config.all({
  host: Config.NonEmptyString("KUBERNETES_SERVICE_HOST"),
  port: Config.Port("KUBERNETES_SERVICE_PORT")
})

/**
 * The connection of a pod to the API server of its own cluster, as its service account. The token is read again as
 * the kubelet renews it.
 */
export const inCluster = Effect.fnUntraced(function* (folder: string = serviceAccountFolder) {
  const { host, port } = yield* Effect.mapError(
    address,
    (error) => new KubeConfigError({ file: "environment", problem: `not in a cluster: ${error.message}` })
  )
  const connection: Connection = {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    credentials: Effect.all({
      ca: readText(path.join(folder, "ca.crt")),
      token: readToken(path.join(folder, "token"))
    })
  }
  return connection
})
