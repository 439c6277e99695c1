import { type CelFunc, celFunc, celMethod, CelScalar } from "@bufbuild/cel"
import { textFormats } from "../formats.ts"

const { BOOL, STRING } = CelScalar

/**
 * The functions of Kubernetes' CEL libraries that we evaluate, beside CEL's own. A URL is kept as its text.
 *
 * Source: apiserver `pkg/cel/library`.
 */
export const kubernetesFunctions: ReadonlyArray<CelFunc> = [
  celFunc("isIP", [STRING], BOOL, (text) => isAddress(text)),
  celFunc("isURL", [STRING], BOOL, (text) => isUrl(text)),
  celFunc("url", [STRING], STRING, (text) => {
    if (!isUrl(text))
      throw new Error(
        `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`
      )
    return text
  }),
  celMethod("getScheme", STRING, [], STRING, function () {
    return partsOf(this).scheme
  }),
  celMethod("getHost", STRING, [], STRING, function () {
    return partsOf(this).host
  }),
  celMethod("getHostname", STRING, [], STRING, function () {
    return partsOf(this).host.replace(/:\d*$/u, "").replaceAll(/[[\]]/gu, "")
  }),
  celMethod("getPort", STRING, [], STRING, function () {
    return /:(\d+)$/u.exec(partsOf(this).host)?.[1] ?? ""
  })
]

const isAddress = (text: string): boolean => ["ipv4", "ipv6"].some((format) => textFormats[format]?.(text) === true)

/** An absolute URL or an absolute path, as Go's `url.ParseRequestURI` takes them. */
const isUrl = (text: string): boolean =>
  /^[a-z][-+.a-z0-9]*:\S+$/iu.test(text) ? URL.canParse(text) : /^\/\S*$/u.test(text)

const partsOf = (url: string): { readonly scheme: string; readonly host: string } => {
  const [, scheme = "", host = ""] = /^([a-z][-+.a-z0-9]*):(?:\/\/(?:[^@/?#]*@)?([^/?#]*))?/iu.exec(url) ?? []
  return { scheme: scheme.toLowerCase(), host }
}
