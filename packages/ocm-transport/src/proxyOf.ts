import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { BlockList, isIP } from "node:net"
import { KubeConfigError } from "./KubeConfigError.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** A proxy that is named for one server alone, and where. */
export interface NamedProxy {
  readonly file: string
  readonly field: string
  readonly url: string | undefined
}

/**
 * Which proxy leads to a server; undefined: none is asked. The one that is named for it, or else HTTPS_PROXY, unless
 * NO_PROXY names the server: by host, domain, address or network, with a port or without, or all by `*`.
 */
export const proxyOf = (
  server: string,
  named: NamedProxy,
  environment: Environment
): Effect.Effect<URL | undefined, KubeConfigError> => {
  // what is named for this one server is used for it, wherever it is
  if (named.url !== undefined && named.url !== "") return addressOf(named.url, named.file, named.field)
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || ""
  const proxy = read("HTTPS_PROXY")
  // that a server is no address is for others to say
  if (proxy === "" || !URL.canParse(server)) return Effect.undefined
  const url = new URL(server)
  if (url.protocol !== "https:" || isLoopback(url) || isDirect(url, read("NO_PROXY"))) return Effect.undefined
  return addressOf(/^\w+:\/\//u.test(proxy) ? proxy : `http://${proxy}`, "environment", "HTTPS_PROXY")
}

const addressOf = (text: string, file: string, field: string): Effect.Effect<URL, KubeConfigError> => {
  const fail = (problem: string) => Effect.fail(new KubeConfigError({ file, field, problem }))
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/u.test(url.protocol))
    return fail("not the http:// or https:// address of a proxy")
  return Result.isSuccess(userOf(url)) ? Effect.succeed(url) : fail("its user or password is not percent-encoded")
}

/** `user:password` of an address; empty when it has none. */
export const userOf = ({ password, username }: URL): Result.Result<string, unknown> =>
  Result.try(() => (username === "" ? "" : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`))

/** The host of an address, an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replaceAll(/[[\]]/gu, "")

const isLoopback = (server: URL): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/u.test(hostOf(server))

const isDirect = (server: URL, noProxy: string): boolean =>
  noProxy
    .toLowerCase()
    .split(/[\s,]+/u)
    .some((entry) => entry !== "" && isNamedBy(entry, server))

const isNamedBy = (entry: string, server: URL): boolean => {
  const host = hostOf(server)
  const network = /^(?<address>[0-9a-f.:]+)\/(?<length>\d+)$/u.exec(entry)?.groups
  if (network !== undefined) return isInNetwork(host, network["address"] ?? "", Number(network["length"]))
  const [, name = "", port = ""] = isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/u.exec(entry) ?? [])
  if (port !== "" && port !== (server.port || "443")) return false
  if (name === "*") return true
  const domain = name.replaceAll(/^\*?\.|[[\]]/gu, "")
  return host === domain || host.endsWith(`.${domain}`)
}

const isInNetwork = (host: string, address: string, length: number): boolean => {
  const family = isIP(address)
  if (family === 0 || isIP(host) !== family || length > (family === 4 ? 32 : 128)) return false
  const name = family === 4 ? "ipv4" : "ipv6"
  const network = new BlockList()
  network.addSubnet(address, length, name)
  return network.check(host, name)
}
