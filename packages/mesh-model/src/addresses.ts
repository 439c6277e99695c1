/**
 * Where peers may be told to connect to. What an agent reports as the address of its gateway ends up in another
 * cluster's control plane: an address that means something else there must not get that far.
 */

const hostName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/u
const numbers = /^[0-9]+(\.[0-9]+)*$/u
const ipv6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}$/u

/**
 * Says what is wrong with `address` as the address of a gateway in another cluster; undefined when nothing is.
 *
 * Refused are loopback, unspecified, link-local and multicast addresses, names that only the reporting cluster
 * resolves (`*.svc`, `*.cluster.local`), and what is no address at all.
 */
export const addressProblem = (address: string): string | undefined => {
  const text = address.toLowerCase()
  if (text.includes(":")) return ipv6Problem(text)
  if (numbers.test(text)) return ipv4Problem(text)
  if (!hostName.test(text)) return "is neither a host name nor an IP address"
  if (text === "localhost" || text.endsWith(".localhost")) return "is a loopback address"
  if (!text.includes(".")) return "is a name that only its own cluster resolves"
  return /\.svc$|\.svc\.|\.cluster\.local$/u.test(text) ? "is a name that only its own cluster resolves" : undefined
}

/** Whether `address` may be told to another cluster as the address of a gateway. */
export const isPublishableAddress = (address: string): boolean => addressProblem(address) === undefined

const ipv4Problem = (text: string): string | undefined => {
  const parts = text.split(".")
  const bytes = parts.map(Number)
  const malformed = parts.some((part) => part.length > 3 || (part.length > 1 && part.startsWith("0")))
  if (bytes.length !== 4 || malformed || bytes.some((byte) => byte > 255)) return "is not an IP address"
  const [first = 0, second = 0] = bytes
  if (first === 127) return "is a loopback address"
  if (first === 0) return "is an unspecified address"
  if (first === 169 && second === 254) return "is a link-local address"
  return first >= 224 ? "is a multicast or reserved address" : undefined
}

const ipv6Problem = (text: string): string | undefined => {
  if (!ipv6.test(text) || text.split("::").length > 2) return "is not an IP address"
  if (!text.includes("::") && text.split(":").length !== 8) return "is not an IP address"
  const significant = text.replaceAll(/[0:]/gu, "")
  if (significant === "") return "is an unspecified address"
  if (significant === "1" && text.endsWith("1")) return "is a loopback address"
  if (/^fe[89ab]/u.test(text)) return "is a link-local address"
  if (text.startsWith("ff")) return "is a multicast or reserved address"
  return /^(0*:)*:?(0*:)*ffff:/u.test(text) ? "is an IPv4 address in disguise" : undefined
}
