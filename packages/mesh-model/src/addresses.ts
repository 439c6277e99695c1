/**
 * Where peers may be told to connect to. What an agent reports as the address of its gateway ends up in another
 * cluster's control plane: an address that means something else there must not get that far.
 */

/**
 * Says what is wrong with `address` as the address of a gateway in another cluster; undefined when nothing is.
 *
 * Refused are loopback, unspecified, link-local, multicast and reserved addresses, what is no address at all, and names
 * that a cluster's own DNS could answer: those under `svc` and `cluster.local` and, because pods search in both, all of
 * one or two labels (`kubernetes.default`). Private ranges are fine: clusters of one company may share them.
 */
export const addressProblem = (address: string): string | undefined => {
  if (address.includes(":")) return ipv6Problem(address)
  const name = address.toLowerCase().replace(/\.$/u, "")
  return /^[0-9.]+$/u.test(name) ? ipv4Problem(name) : hostProblem(name)
}

/** A host name or IP address in the one form in which it can be compared with others. */
export const hostOf = (address: string): string => {
  const bare = address
    .toLowerCase()
    .replace(/^\[(.*)\]$/u, "$1")
    .replace(/\.$/u, "")
  return bare.includes(":") && URL.canParse(`http://[${bare}]/`)
    ? new URL(`http://[${bare}]/`).hostname.slice(1, -1)
    : bare
}

const ipv4Problem = (address: string): string | undefined => {
  const octets = address.split(".").map(Number)
  const [first = 0, second = 0] = octets
  // leading zeros: some read them as octal
  if (!/^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/u.test(address) || octets.some((octet) => octet > 255)) {
    return "is not an IP address"
  }
  if (first === 0) return "is an unspecified address"
  if (first === 127) return "is a loopback address"
  if (first === 169 && second === 254) return "is a link-local address"
  return first >= 224 ? "is a multicast or reserved address" : undefined
}

const ipv6Problem = (address: string): string | undefined => {
  if (!URL.canParse(`http://[${address}]/`)) return "is not an IP address"
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  if (canonical === "::") return "is an unspecified address"
  if (canonical === "::1") return "is a loopback address"
  // ::/16 holds IPv4 addresses in several disguises, and nothing that anyone publishes
  if (canonical.startsWith("::")) return "is an IPv4 address in disguise"
  if (/^fe[89ab][0-9a-f]:/u.test(canonical)) return "is a link-local address"
  return /^ff[0-9a-f]{2}:/u.test(canonical) ? "is a multicast or reserved address" : undefined
}

const hostProblem = (name: string): string | undefined => {
  const labels = name.split(".")
  const last = labels.at(-1) ?? ""
  if (
    name.length > 253 ||
    !labels.every((label) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u.test(label)) ||
    // resolvers read 0x7f.0.0.1 as an address
    /^([0-9]+|0x[0-9a-f]*)$/u.test(last)
  ) {
    return "is neither a host name nor an IP address"
  }
  if (last === "localhost") return "is a loopback address"
  return labels.length < 3 || /\.svc$|\.svc\.|\.cluster\.local$/u.test(name)
    ? "is a name that only its own cluster resolves"
    : undefined
}
