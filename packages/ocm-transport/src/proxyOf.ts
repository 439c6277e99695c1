import type { ProxyEnv } from "node:http"

type Environment = Readonly<Record<string, string | undefined>>

/** Which proxy leads to a server, in the variables of an environment; undefined: none is asked. */
export const proxyOf = (
  server: string,
  proxyUrl: string | undefined,
  environment: Environment
): ProxyEnv | undefined => {
  // what is named for this one server is used for it, wherever it is
  if (proxyUrl !== undefined && proxyUrl !== "") return { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl }
  const named = (name: string): string | undefined => environment[name] || environment[name.toLowerCase()]
  const [https, http, direct] = [named("HTTPS_PROXY"), named("HTTP_PROXY"), named("NO_PROXY")]
  if (isLoopback(server) || (https === undefined && http === undefined)) return undefined
  return {
    ...(https !== undefined && { HTTPS_PROXY: https }),
    ...(http !== undefined && { HTTP_PROXY: http }),
    ...(direct !== undefined && { NO_PROXY: direct.split(",").map(withoutPrefixLength).join(",") })
  }
}

const isLoopback = (server: string): boolean =>
  URL.canParse(server) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(new URL(server).hostname)

/** Clusters are told their networks as 10.0.0.0/8, which Node.js does not know: it knows 10.0.0.0-10.255.255.255. */
const withoutPrefixLength = (entry: string): string => {
  const [, a, b, c, d, length] = /^\s*(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})\s*$/u.exec(entry) ?? []
  if (length === undefined || Number(length) > 32) return entry.trim()
  const size = 2 ** (32 - Number(length))
  const address = [a, b, c, d].reduce((number, byte) => number * 256 + Number(byte), 0)
  const first = Math.floor(address / size) * size
  return `${dotted(first)}-${dotted(first + size - 1)}`
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".")
