import * as Base64 from "effect/encoding/Base64"
import { generateKeyPairSync, sign } from "node:crypto"

/** Makes certificate requests, also such as no honest program makes. */

type Bytes = Uint8Array

const join = (parts: ReadonlyArray<Bytes>): Bytes => new Uint8Array(Buffer.concat(parts))

export const der = (tag: number, ...parts: ReadonlyArray<Bytes>): Bytes => {
  const content = join(parts)
  const { length } = content
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return join([Uint8Array.from(head), content])
}

const text = (value: string): Bytes => new TextEncoder().encode(value)
const sequence = (...parts: ReadonlyArray<Bytes>) => der(0x30, ...parts)
const set = (...parts: ReadonlyArray<Bytes>) => der(0x31, ...parts)

const oid = (dotted: string): Bytes => {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return der(
    0x06,
    Uint8Array.from(
      [first * 40 + second, ...rest].flatMap((value) => {
        const digits = [value & 0x7f]
        for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80)
        return digits
      })
    )
  )
}

/** What a request asks for; `names` are alternative names by their tag. */
export interface CsrWish {
  readonly subject: ReadonlyArray<ReadonlyArray<readonly [id: string, value: string]>>
  readonly names?: ReadonlyArray<readonly [tag: number, value: string]>
  readonly extensions?: ReadonlyArray<readonly [id: string, value: Bytes]>
  /** So many attributes with extensions. */
  readonly requests?: number
  /** Signs with another key than the one in it. */
  readonly forged?: boolean
  readonly version?: number
}

export const commonName = "2.5.4.3"
export const organization = "2.5.4.10"
export const dnsTag = 0x82

export const writeCsr = (wish: CsrWish): string => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const signer = wish.forged === true ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey : privateKey
  const subject = sequence(
    ...wish.subject.map((part) => set(...part.map(([id, value]) => sequence(oid(id), der(0x0c, text(value))))))
  )
  const names = sequence(...(wish.names ?? []).map(([tag, value]) => der(tag, text(value))))
  const extensions = [
    ...(wish.names === undefined ? [] : [["2.5.29.17", names] as const]),
    ...(wish.extensions ?? [])
  ].map(([id, value]) => sequence(oid(id), der(0x04, value)))
  const request = sequence(oid("1.2.840.113549.1.9.14"), set(sequence(...extensions)))
  const info = sequence(
    der(0x02, Uint8Array.of(wish.version ?? 0)),
    subject,
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    der(0xa0, ...Array.from({ length: wish.requests ?? 1 }, () => request))
  )
  const signature = sign("sha256", info, signer)
  return pemOf(sequence(info, sequence(oid("1.2.840.10045.4.3.2")), der(0x03, Uint8Array.of(0), signature)))
}

export const pemOf = (bytes: Bytes): string =>
  `-----BEGIN CERTIFICATE REQUEST-----\n${Base64.encode(bytes)}\n-----END CERTIFICATE REQUEST-----\n`
