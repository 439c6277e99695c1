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

/** Whether two values have the same canonical JSON, without making it. */
export const isSameJson = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return (one ?? null) === (other ?? null)
  }
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSameJson(item, other[index]))
    )
  }
  // without a list of the keys: whole fleets are compared many times a second
  for (const key in one) if (!isSameField(Reflect.get(one, key), Reflect.get(other, key))) return false
  for (const key in other) if (!Object.hasOwn(one, key) && Reflect.get(other, key) !== undefined) return false
  return true
}

/** A field that is undefined is not there; one that is null is. */
const isSameField = (one: unknown, other: unknown): boolean =>
  one === undefined || other === undefined ? one === other : isSameJson(one, other)
