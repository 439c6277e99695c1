import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import { X509Certificate } from "node:crypto"
import { certificateFacts } from "../certificateFacts.ts"

/** A ManifestWork must hold it beside all else; the roots of a whole Linux distribution are less. */
const mostBytes = 300 * 1024

/**
 * Reads `proxyConfig.caBundle`: certificates as PEM, in base64. What stands between them is left out.
 *
 * Errors: why it is none, for people. A key is refused, too: what comes of this lies in a ConfigMap.
 */
export const readCaBundle = (bundle: string): Result.Result<string, string> => {
  const text = Result.getOrElse(Base64.decodeString(bundle.replaceAll(/\s/gu, "")), () => undefined)
  if (text === undefined) return Result.fail("is not base64")
  if (Buffer.byteLength(text) > mostBytes) return Result.fail(`is larger than ${mostBytes / 1024} KiB`)
  const facts = certificateFacts(text)
  if (Result.isFailure(facts)) return Result.fail(`is no bundle of certificates: ${facts.failure.problem}`)
  return Result.succeed([...text.matchAll(block)].map(([, body = ""]) => asPem(body)).join(""))
}

const block = /-----BEGIN CERTIFICATE-----([^-]*)/gu

const asPem = (base64: string): string => new X509Certificate(Buffer.from(base64, "base64")).toString()
