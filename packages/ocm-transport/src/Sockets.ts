import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import * as http from "node:http"
import * as https from "node:https"
import { createSecureContext, getCACertificates } from "node:tls"
import type { Connection, Credentials } from "./Connection.ts"
import { KubeConfigError } from "./KubeConfigError.ts"
import { throughProxy } from "./throughProxy.ts"

/** Sockets to one API server, opened with the credentials of the moment, and the header that goes with them. */
export interface Sockets {
  /** For calls: bounded, reused; the bound is also what keeps us from flooding the server. */
  readonly calls: http.Agent
  /** For watches: each holds a socket for as long as it lasts, so they are not bounded. */
  readonly watches: http.Agent
  readonly authorization: string | undefined
}

interface CurrentSockets {
  readonly current: Effect.Effect<Sockets, KubeConfigError>
  /** Reads the credentials at once; true when they differ from those used so far. */
  readonly reread: Effect.Effect<boolean, KubeConfigError>
}

const maxCalls = 16
const rereadAfter = Duration.minutes(1)
/** Files are seldom half written for long. */
const rereadAfterFailure = Duration.seconds(5)

/**
 * Keeps sockets for a connection while the scope lives. Credentials are read again when they are a minute old; new
 * ones get new sockets, while what is under way on the old ones ends in peace. Credentials that cannot be read or
 * used (a file half written, a key that is not the certificate's) leave the old ones in use.
 */
export const makeSockets = Effect.fnUntraced(function* (connection: Connection) {
  const one = yield* Semaphore.make(1)
  let held: { readonly credentials: Credentials; readonly sockets: Sockets } | undefined
  let rereadAt = 0
  yield* Effect.addFinalizer(() => Effect.sync(() => held && destroy(held.sockets)))

  const open = Effect.flatMap(connection.credentials, (credentials) =>
    held !== undefined && sameCredentials(held.credentials, credentials)
      ? Effect.succeed(held)
      : Effect.map(openSockets(connection, credentials), (sockets) => ({ credentials, sockets }))
  )
  const read = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const opened = yield* Effect.exit(open)
    if (Exit.isFailure(opened)) {
      if (held === undefined) return yield* Effect.failCause(opened.cause)
      yield* Effect.logWarning("credentials cannot be read again, the old ones stay in use", opened.cause)
      rereadAt = now + Duration.toMillis(rereadAfterFailure)
      return false
    }
    rereadAt = now + Duration.toMillis(rereadAfter)
    if (opened.value === held) return false
    if (held !== undefined) retire(held.sockets)
    held = opened.value
    return true
  })

  const current = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (held === undefined || now > rereadAt) yield* read
    return held === undefined ? yield* Effect.die("no sockets after a successful read") : held.sockets
  })
  const result: CurrentSockets = { current: one.withPermits(1)(current), reread: one.withPermits(1)(read) }
  return result
})

const sameCredentials = (a: Credentials, b: Credentials): boolean =>
  a.ca === b.ca && a.certificate === b.certificate && a.key === b.key && a.token === b.token && a.proxyCa === b.proxyCa

const openSockets = (connection: Connection, credentials: Credentials): Effect.Effect<Sockets, KubeConfigError> => {
  const unusable = (problem: string) => new KubeConfigError({ file: connection.server, problem })
  const { ca, certificate, key, proxyCa } = credentials
  const cut = Object.entries({ ca, certificate, key, proxyCa }).find(([, pem]) => pem !== undefined && !isWhole(pem))
  if (cut !== undefined) return Effect.fail(unusable(`${cut[0]}: not a whole PEM`))
  return Effect.try({
    try: () => ({
      calls: agentFor(connection, credentials, { keepAlive: true, maxSockets: maxCalls }),
      watches: agentFor(connection, credentials, { keepAlive: false }),
      authorization: credentials.token === undefined ? undefined : `Bearer ${credentials.token}`
    }),
    catch: (cause) => unusable(`unusable certificate or key: ${messageOf(cause)}`)
  })
}

/** What a file holds while it is being written may look like fewer certificates, or none. */
const isWhole = (pem: string): boolean => {
  const begun = pem.match(/^-----BEGIN [^-]+-----\s*$/gmu)?.length ?? 0
  return begun > 0 && begun === pem.match(/^-----END [^-]+-----\s*$/gmu)?.length
}

const agentFor = (connection: Connection, credentials: Credentials, options: http.AgentOptions): http.Agent => {
  if (!connection.server.startsWith("https:")) return new http.Agent(options)
  const { ca, certificate, key, proxyCa } = credentials
  const more = proxyCa === undefined ? [] : [proxyCa]
  const agent = new https.Agent({
    ...options,
    // parsed once here, not once per connection
    secureContext: createSecureContext({
      // without a list of ours Node takes its own
      ...((ca !== undefined || more.length > 0) && { ca: [...(ca === undefined ? known() : [ca]), ...more] }),
      ...(certificate !== undefined && { cert: certificate }),
      ...(key !== undefined && { key })
    }),
    rejectUnauthorized: connection.insecureSkipTlsVerify !== true,
    ...(connection.tlsServerName !== undefined && { servername: connection.tlsServerName })
  })
  if (connection.proxy === undefined) return agent
  const trust = createSecureContext(more.length === 0 ? {} : { ca: [...known(), ...more] })
  return throughProxy(agent, connection.proxy, trust)
}

/** The certificates that Node trusts where nobody says whom. */
const known = (): ReadonlyArray<string> => getCACertificates("default")

const destroy = (sockets: Sockets): void => {
  sockets.calls.destroy()
  sockets.watches.destroy()
}

/** Closes what is idle; each busy socket is closed when its call has ended. */
const retire = (sockets: Sockets): void => {
  sockets.calls.maxFreeSockets = 0
  for (const idle of Object.values(sockets.calls.freeSockets)) idle?.forEach((socket) => socket.destroy())
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
