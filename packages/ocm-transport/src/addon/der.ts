/**
 * A strict reader of DER, as far as certificate requests need it: one way to write each value, nothing left over. What
 * is not plain DER is refused, so that no other reader can see something else in it.
 */

/** One value: its tag, its content, and all its bytes. */
export interface Der {
  readonly tag: number
  readonly content: Uint8Array
  readonly bytes: Uint8Array
}

/** The bytes are no strict DER, or not what was expected in their place. */
export class NotDer extends Error {
  override readonly name = "NotDer"
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  sequence: 0x30,
  set: 0x31
} as const

/** The one value that `bytes` hold. Throws `NotDer`. */
export const readDer = (bytes: Uint8Array): Der => {
  const { value, end } = valueAt(bytes, 0)
  if (end !== bytes.length) throw new NotDer("bytes after the end")
  return value
}

/** The values inside `der`, which must have the tag `tag`. Throws `NotDer`. */
export const partsOf = (der: Der | undefined, tag: number): ReadonlyArray<Der> => {
  const content = contentOf(der, tag)
  const parts: Array<Der> = []
  let at = 0
  while (at < content.length) {
    const { value, end } = valueAt(content, at)
    parts.push(value)
    at = end
  }
  return parts
}

/** The content of `der`, which must have the tag `tag`. Throws `NotDer`. */
export const contentOf = (der: Der | undefined, tag: number): Uint8Array => {
  if (der?.tag !== tag) throw new NotDer(`tag ${der?.tag ?? "nothing"} where ${tag} belongs`)
  return der.content
}

/** The content of a bit string of whole bytes. Throws `NotDer`. */
export const bitsOf = (der: Der | undefined): Uint8Array => {
  const content = contentOf(der, tags.bitString)
  if (content[0] !== 0) throw new NotDer("a bit string of broken bytes")
  return content.subarray(1)
}

/** An object identifier in dots. Throws `NotDer`. */
export const oidOf = (der: Der | undefined): string => {
  const content = contentOf(der, tags.objectIdentifier)
  const numbers: Array<number> = []
  let value = 0
  let begun = false
  for (const byte of content) {
    if (!begun && byte === 0x80) throw new NotDer("an object identifier with leading zeros")
    value = value * 128 + (byte & 0x7f)
    begun = byte >= 0x80
    if (value > 0xffff_ffff) throw new NotDer("an object identifier that is too large")
    if (begun) continue
    numbers.push(value)
    value = 0
  }
  const [first, ...rest] = numbers
  if (first === undefined || begun) throw new NotDer("an object identifier that is not complete")
  const root = Math.min(Math.trunc(first / 40), 2)
  return [root, first - root * 40, ...rest].join(".")
}

/** A text; control characters are in none that we accept. Throws `NotDer`. */
export const textOf = ({ tag, content }: Der): string => {
  const isAscii = tag === tags.printableString || tag === tags.ia5String
  if (!isAscii && tag !== tags.utf8String) throw new NotDer(`a text of tag ${tag}`)
  if (isAscii && content.some((byte) => byte > 0x7e)) throw new NotDer("a text that is not ASCII")
  const text = utf8(content)
  if (/\p{Cc}/u.test(text)) throw new NotDer("a text with control characters")
  return text
}

const utf8 = (content: Uint8Array): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw new NotDer("a text that is not UTF-8")
  }
}

const valueAt = (bytes: Uint8Array, at: number): { readonly value: Der; readonly end: number } => {
  const tag = bytes[at]
  const short = bytes[at + 1]
  if (tag === undefined || short === undefined) throw new NotDer("cut short")
  if ((tag & 0x1f) === 0x1f) throw new NotDer("a tag of several bytes")
  const { length, start } = short < 0x80 ? { length: short, start: at + 2 } : longLength(bytes, at + 2, short & 0x7f)
  const end = start + length
  if (end > bytes.length) throw new NotDer("cut short")
  return { value: { tag, content: bytes.subarray(start, end), bytes: bytes.subarray(at, end) }, end }
}

const longLength = (bytes: Uint8Array, at: number, count: number) => {
  if (count === 0 || count > 3) throw new NotDer("a length that is open or too large")
  const digits = [...bytes.subarray(at, at + count)]
  const length = digits.reduce((sum, digit) => sum * 256 + digit, 0)
  if (digits.length < count || digits[0] === 0 || length < 0x80) throw new NotDer("a length that could be shorter")
  return { length, start: at + count }
}
