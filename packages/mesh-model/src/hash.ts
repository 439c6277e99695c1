import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import { byText } from "./order.ts"

/** Returns the first `length` hexadecimal digits of the SHA-256 of `text`. */
export const hashOf = (text: string, length = 10): string => bytesToHex(sha256(utf8ToBytes(text))).slice(0, length)

/** JSON with sorted keys and without undefined fields: equal values give equal text. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => byText(a, b))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
    return `{${fields.join(",")}}`
  }
  return JSON.stringify(value ?? null)
}
