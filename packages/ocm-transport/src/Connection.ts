import * as Effect from "effect/Effect"
import type { KubeConfigError } from "./KubeConfigError.ts"

/** What proves who we are, and whom we trust; PEM texts. A token wins over a certificate on the server's side. */
export interface Credentials {
  /** Certificates that may sign the server's; the system's own when absent. */
  readonly ca?: string
  readonly certificate?: string
  readonly key?: string
  readonly token?: string
  /** Certificates that may also sign those that a proxy shows: its own, and in place of the server's. */
  readonly proxyCa?: string
}

/** Address of one API server and the credentials to use there. `http://` servers are allowed. */
export interface Connection {
  readonly server: string
  /** Read again from time to time and after a 401, so that files may rotate under a running process. */
  readonly credentials: Effect.Effect<Credentials, KubeConfigError>
  readonly insecureSkipTlsVerify?: boolean
  /** The name that the server's certificate must bear, when it is not the host of `server`. */
  readonly tlsServerName?: string
  /** The proxy on the way to an `https://` server; none when absent. */
  readonly proxy?: URL
}

/** A connection with credentials that stay as they are. */
export const connectionTo = (server: string, credentials: Credentials = {}): Connection => ({
  server,
  credentials: Effect.succeed(credentials)
})
