import * as Result from "effect/Result"
import * as http from "node:http"
import * as https from "node:https"
import { isIP, Socket } from "node:net"
import { PassThrough } from "node:stream"
import { connect, type SecureContext } from "node:tls"
import { hostOf, userOf } from "./proxyOf.ts"

/** A proxy that does not answer would hold a call for ever. */
const patienceMillis = 30_000

/**
 * Lets the sockets of `agent` lead through a proxy: that is asked for a way to the server (CONNECT), and what is said
 * there is between the server and us. `trust` is for the certificate of an `https://` proxy: Node's own support of
 * proxies has no word for whom to trust.
 */
export const throughProxy = (agent: https.Agent, proxy: URL, trust: SecureContext): https.Agent => {
  const ways = proxy.protocol === "https:" ? new https.Agent({ secureContext: trust }) : new http.Agent()
  const asking = new Set<http.ClientRequest>()
  const { rejectUnauthorized = true, secureContext } = agent.options
  agent.createConnection = ({ host, port, servername = "" }, callback = () => undefined) => {
    const server = host ?? ""
    const target = `${isIP(server) === 6 ? `[${server}]` : server}:${port ?? 443}`
    const request = askFor(target, proxy, ways)
    const fail = (error: Error) => {
      error.message = `proxy ${proxy.origin}: ${error.message}`
      // the stream is not looked at
      callback(error, new PassThrough())
    }
    asking.add(request)
    request.once("connect", ({ statusCode, statusMessage }, socket, head) => {
      if (statusCode !== 200) {
        socket.destroy()
        fail(new Error(`no way to ${target}: ${statusCode} ${statusMessage}`))
        return
      }
      if (head.length > 0) socket.unshift(head)
      // that was for the answer; a watch may be silent for longer
      if (socket instanceof Socket) socket.setTimeout(0)
      const options = { socket, host: server, servername, rejectUnauthorized, ALPNProtocols: ["http/1.1"] }
      callback(null, connect(secureContext === undefined ? options : { ...options, secureContext }))
    })
    request.once("timeout", () => request.destroy(new Error("no answer in time")))
    request.once("error", fail)
    request.once("close", () => asking.delete(request))
    return undefined
  }
  const destroy = agent.destroy.bind(agent)
  agent.destroy = () => {
    for (const request of asking) request.destroy()
    destroy()
  }
  return agent
}

const askFor = (target: string, proxy: URL, agent: http.Agent): http.ClientRequest => {
  const host = hostOf(proxy)
  const request = (proxy.protocol === "https:" ? https : http).request({
    host,
    ...(proxy.port !== "" && { port: proxy.port }),
    method: "CONNECT",
    path: target,
    headers: { host: target, ...authorizationFor(proxy) },
    // of the proxy; else it would be that of the header
    servername: isIP(host) === 0 ? host : "",
    timeout: patienceMillis,
    agent
  })
  return request.end()
}

const authorizationFor = (proxy: URL): http.OutgoingHttpHeaders => {
  const user = Result.getOrElse(userOf(proxy), () => "")
  return user === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }
}
