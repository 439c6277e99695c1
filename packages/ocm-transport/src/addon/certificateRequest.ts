import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { createPublicKey, verify } from "node:crypto"
import { bitsOf, contentOf, type Der, NotDer, oidOf, partsOf, readDer, tags, textOf } from "./der.ts"

/** What a certificate request asks for. */
export interface CertificateRequest {
  readonly commonNames: ReadonlyArray<string>
  /** A set: DER sorts the values of one multi-valued name, whatever order they were given in. */
  readonly organizations: ReadonlyArray<string>
  readonly dnsNames: ReadonlyArray<string>
  /** Everything else in it, in words: other attributes of the subject, other names, other extensions. */
  readonly others: ReadonlyArray<string>
}

/** A text that should be one certificate request is not, or its signature does not prove the key. */
export class MalformedRequest extends Schema.TaggedError<MalformedRequest>()("MalformedRequest", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

/**
 * Decodes `spec.request` of a CertificateSigningRequest: base64 of exactly one PEM block, with nothing around it.
 *
 * The signature is checked: who asks has the key. Strict wherever readers could differ, for the signer is another
 * reader than this one.
 */
export const readCertificateRequest = (encoded: string): Result.Result<CertificateRequest, MalformedRequest> => {
  if (encoded.length > mostLength) return malformed("it is too long")
  const pem = Result.getOrElse(Base64.decodeString(encoded), () => "")
  const base64 = block.exec(pem)?.groups?.["body"]
  if (base64 === undefined) return malformed("it is not exactly one PEM block CERTIFICATE REQUEST")
  const der = Result.getOrUndefined(Base64.decode(base64.replaceAll(/\s/gu, "")))
  if (der === undefined) return malformed("its PEM block is not base64")
  return Result.try({
    try: () => requestOf(der),
    catch: (cause) =>
      new MalformedRequest({
        problem: cause instanceof NotDer ? `it is no strict PKCS #10: ${cause.message}` : "its key cannot be read"
      })
  })
}

const mostLength = 64 * 1024

const block =
  /^-----BEGIN CERTIFICATE REQUEST-----\r?\n(?<body>[A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE REQUEST-----\s*$/u

const malformed = (problem: string) => Result.fail(new MalformedRequest({ problem }))

const requestOf = (bytes: Uint8Array): CertificateRequest => {
  const [info, algorithm, signature, ...more] = partsOf(readDer(bytes), tags.sequence)
  if (info === undefined || more.length > 0) throw new NotDer("not three parts")
  const [version, subject, key, attributes, ...rest] = partsOf(info, tags.sequence)
  if (key === undefined || rest.length > 0) throw new NotDer("not four parts of what is signed")
  if (contentOf(version, tags.integer).join() !== "0") throw new NotDer("not version 1")
  if (!isSigned(info, key, algorithm, bitsOf(signature))) throw new NotDer("the signature does not fit the key")
  const named = namesOf(subject)
  const asked = partsOf(attributes, 0xa0).map(extensionsOf)
  const extensions = asked.flatMap(({ extensions }) => extensions)
  const san = extensions.filter(({ id }) => id === oids.subjectAltName)
  if (san.length > 1) throw new NotDer("alternative names twice")
  const names = san.flatMap(({ value }) => partsOf(readDer(value), tags.sequence))
  return {
    commonNames: textsOf(named, oids.commonName),
    organizations: textsOf(named, oids.organization),
    dnsNames: names.filter(({ tag }) => tag === dnsName).map(({ content }) => asciiOf(content)),
    others: [
      ...named
        .filter(({ id }) => id !== oids.commonName && id !== oids.organization)
        .map(({ id }) => `the subject's attribute ${id}`),
      ...asked.flatMap(({ other }) => other),
      ...extensions.filter(({ id }) => id !== oids.subjectAltName).map(({ id }) => `the extension ${id}`),
      ...names.filter(({ tag }) => tag !== dnsName).map(({ tag }) => otherName(tag))
    ]
  }
}

const oids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  extensionRequest: "1.2.840.113549.1.9.14",
  subjectAltName: "2.5.29.17"
}

const dnsName = 0x82
const otherNames: Readonly<Record<number, string>> = { 0x81: "an email address", 0x86: "a URI", 0x87: "an IP address" }
const otherName = (tag: number): string => `${otherNames[tag] ?? "a name of another kind"} as alternative name`

interface Named {
  readonly id: string
  readonly text: string
}

/** The attributes of a name, those of multi-valued parts too. */
const namesOf = (name: Der | undefined): ReadonlyArray<Named> =>
  partsOf(name, tags.sequence).flatMap((part) =>
    partsOf(part, tags.set).map((attribute) => {
      const [id, value, ...more] = partsOf(attribute, tags.sequence)
      if (value === undefined || more.length > 0) throw new NotDer("an attribute that is no pair")
      return { id: oidOf(id), text: textOf(value) }
    })
  )

const textsOf = (named: ReadonlyArray<Named>, id: string) =>
  named.filter((entry) => entry.id === id).map(({ text }) => text)

const asciiOf = (content: Uint8Array): string => textOf({ tag: tags.ia5String, content, bytes: content })

interface Extension {
  readonly id: string
  readonly value: Uint8Array
}

const extensionsOf = (
  attribute: Der
): { readonly extensions: ReadonlyArray<Extension>; readonly other: ReadonlyArray<string> } => {
  const [type, values, ...more] = partsOf(attribute, tags.sequence)
  if (values === undefined || more.length > 0) throw new NotDer("an attribute that is no pair")
  const id = oidOf(type)
  if (id !== oids.extensionRequest) return { extensions: [], other: [`the attribute ${id}`] }
  const [list, ...others] = partsOf(values, tags.set)
  if (others.length > 0) throw new NotDer("extensions twice")
  const extensions = partsOf(list, tags.sequence).map((extension) => {
    const parts = partsOf(extension, tags.sequence)
    const value = parts.at(-1)
    const isCritical = parts.length === 3 && parts[1]?.tag === tags.boolean
    if (parts.length !== 2 && !isCritical) throw new NotDer("an extension of other parts")
    return { id: oidOf(parts[0]), value: contentOf(value, tags.octetString) }
  })
  return { extensions, other: [] }
}

/** How a signature is checked, by its algorithm. */
const digests: Readonly<Record<string, string | null>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.3.101.112": null
}

const isSigned = (info: Der, key: Der, algorithm: Der | undefined, signature: Uint8Array): boolean => {
  const digest = digests[oidOf(partsOf(algorithm, tags.sequence)[0])]
  if (digest === undefined) throw new NotDer("a signature of an unknown algorithm")
  const publicKey = createPublicKey({ key: Buffer.from(key.bytes), format: "der", type: "spki" })
  return verify(digest, info.bytes, publicKey, signature)
}
