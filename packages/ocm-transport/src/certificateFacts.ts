import type { CertificateFacts } from "@multicluster-mesh/mesh-model"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { X509Certificate } from "node:crypto"

/** A text that should hold certificates does not; `problem` says what is wrong, and in which of them. */
export class MalformedPem extends Schema.TaggedError<MalformedPem>()("MalformedPem", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const block = /-----BEGIN (?<label>[A-Z0-9 ]+)-----(?<body>[^-]*)-----END (?<end>[A-Z0-9 ]+)-----/gu
const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/u

/**
 * Decodes all certificates of a PEM bundle, in its order. Text between the certificates is allowed, as in files made
 * by `openssl`; anything else than certificates is not, least of all a key.
 */
export const certificateFacts = (pem: string): Result.Result<ReadonlyArray<CertificateFacts>, MalformedPem> => {
  const blocks = [...pem.matchAll(block)]
  const begun = pem.split("-----BEGIN ").length - 1
  if (begun === 0) return fail("no certificate in it")
  if (blocks.length !== begun) return fail(`certificate ${blocks.length + 1} of ${begun} is not complete`)
  const facts: Array<CertificateFacts> = []
  for (const [index, { groups }] of blocks.entries()) {
    const { label, body = "", end } = groups ?? {}
    const which = `part ${index + 1} of ${begun}`
    if (label !== "CERTIFICATE" || end !== label) return fail(`${which} is a ${label ?? ""}, not a CERTIFICATE`)
    if (!base64.test(body)) return fail(`${which} is not base64`)
    const decoded = factsOf(which, Buffer.from(body, "base64"))
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    facts.push(decoded.success)
  }
  return Result.succeed(facts)
}

const fail = (problem: string) => Result.fail(new MalformedPem({ problem }))

const factsOf = (which: string, der: Buffer): Result.Result<CertificateFacts, MalformedPem> =>
  Result.try({
    try: () => {
      const certificate = new X509Certificate(der)
      const names = alternativeNames(certificate.subjectAltName ?? "")
      return {
        subject: oneLine(certificate.subject),
        issuer: oneLine(certificate.issuer),
        serialNumber: certificate.serialNumber,
        fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
        notBefore: toSecond(certificate.validFromDate),
        notAfter: toSecond(certificate.validToDate),
        isCA: certificate.ca,
        uris: names("URI"),
        dnsNames: names("DNS")
      }
    },
    catch: (cause) =>
      new MalformedPem({
        problem: `${which} is no X.509 certificate: ${cause instanceof Error ? cause.message : String(cause)}`
      })
  })

/** Node puts each part of a name on a line of its own. */
const oneLine = (name: string): string => name.split("\n").join(", ")

const toSecond = (date: Date): string => date.toISOString().replace(/\.\d+Z$/u, "Z")

/** `URI:spiffe://a, DNS:b, DNS:"c, d"`: a value that could be taken for several is a JSON string. */
const alternativeName = /(?<type>[A-Za-z ]+):(?<value>"(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gu

const alternativeNames = (text: string) => {
  const names = [...text.matchAll(alternativeName)].map(({ groups }) => ({
    type: groups?.["type"],
    value: groups?.["value"] ?? ""
  }))
  return (type: string): ReadonlyArray<string> =>
    names.filter((name) => name.type === type).map(({ value }) => (value.startsWith('"') ? unquoted(value) : value))
}

const unquoted = (value: string): string => {
  const parsed: unknown = JSON.parse(value)
  return typeof parsed === "string" ? parsed : value
}
