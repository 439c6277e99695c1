import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { connect, createServer, type Server, type Socket } from "node:net"

/** Stands between a client and a server of TCP and can fail as networks do. */
export interface Proxy {
  readonly port: number
  /** Closes all connections, without a word to either side. */
  readonly cut: Effect.Effect<void>
  /** While the scope lives, nothing gets through and nobody is told: not on open connections, not on new ones. */
  readonly stall: Effect.Effect<void, never, Scope>
}

/** Passes connections to a port of loopback on to another one, for as long as the scope lives. */
export const startProxy = Effect.fnUntraced(function* (target: number) {
  const sockets = new Set<Socket>()
  let stalled = false
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.once("close", () => sockets.delete(socket))
    if (stalled) socket.pause()
  }
  const join = (client: Socket) => {
    const server = connect(target, "127.0.0.1")
    for (const [from, to] of [
      [client, server],
      [server, client]
    ] as const) {
      hold(from)
      from.on("data", (chunk: Buffer) => {
        if (!to.write(chunk)) from.pause()
      })
      to.on("drain", () => {
        if (!stalled) from.resume()
      })
      from.once("end", () => to.end())
      from.once("close", () => to.destroy())
      if (stalled) from.pause()
    }
  }
  const cut = Effect.sync(() => {
    for (const socket of sockets) socket.destroy()
  })
  const listening = yield* Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer({ allowHalfOpen: true }, join)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.andThen(
        cut,
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
        })
      )
  )
  const address = listening.address()
  const proxy: Proxy = {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut,
    stall: Effect.acquireRelease(
      Effect.sync(() => {
        stalled = true
        for (const socket of sockets) socket.pause()
      }),
      () =>
        Effect.sync(() => {
          stalled = false
          for (const socket of sockets) socket.resume()
        })
    )
  }
  return proxy
})
