import type { JsonObject } from "../schema/json.ts"

/** How one field of a protobuf message is read. */
type FieldReader = readonly [
  name: string,
  how: "text" | "base64" | "flag" | "textMap" | "base64Map" | "ignored" | Message
]
type Message = Readonly<Record<number, FieldReader>>

const metadata: Message = {
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  4: ["selfLink", "ignored"],
  5: ["uid", "text"],
  6: ["resourceVersion", "text"],
  7: ["generation", "ignored"],
  8: ["creationTimestamp", "ignored"],
  11: ["labels", "textMap"],
  12: ["annotations", "textMap"]
}

/** The kinds that `kubectl create` makes from flags alone, and sends in this encoding. */
const messages: Readonly<Record<string, Message>> = {
  Namespace: { 1: ["metadata", metadata], 2: ["spec", "ignored"], 3: ["status", "ignored"] },
  ConfigMap: {
    1: ["metadata", metadata],
    2: ["data", "textMap"],
    3: ["binaryData", "base64Map"],
    4: ["immutable", "flag"]
  },
  Secret: {
    1: ["metadata", metadata],
    2: ["data", "base64Map"],
    3: ["type", "text"],
    4: ["stringData", "textMap"],
    5: ["immutable", "flag"]
  },
  ServiceAccount: { 1: ["metadata", metadata] }
}

const envelope: Message = {
  1: ["typeMeta", { 1: ["apiVersion", "text"], 2: ["kind", "text"] }],
  2: ["raw", "base64"],
  3: ["contentEncoding", "text"],
  4: ["contentType", "text"]
}

/** Reads an object in Kubernetes' protobuf encoding; undefined for a kind or a field that is not known here. */
export const objectFromProtobuf = (body: Uint8Array): JsonObject | undefined => {
  const bytes = Buffer.from(body)
  if (bytes.subarray(0, 4).toString("latin1") !== "k8s\0") return undefined
  const outer = messageOf(envelope, bytes.subarray(4))
  const type = outer?.["typeMeta"]
  const raw = outer?.["raw"]
  if (typeof type !== "object" || type === null || typeof raw !== "string") return undefined
  const message = messages[String(Reflect.get(type, "kind"))]
  const object = message === undefined ? undefined : messageOf(message, Buffer.from(raw, "base64"))
  return object === undefined ? undefined : { ...type, ...object }
}

const messageOf = (message: Message, bytes: Buffer): JsonObject | undefined => {
  const result: Record<string, unknown> = {}
  let offset = 0
  while (offset < bytes.length) {
    const tag = varint(bytes, offset)
    const size = varint(bytes, tag.next)
    const wire = tag.value % 8
    const reader = message[Math.floor(tag.value / 8)]
    if (reader === undefined || (wire !== 0 && wire !== 2)) return undefined
    const end = wire === 2 ? size.next + size.value : size.next
    const [name, how] = reader
    if (how !== "ignored") {
      const value = wire === 0 ? size.value === 1 : valueOf(how, bytes.subarray(size.next, end), result[name])
      if (value === undefined) return undefined
      // proto2 writes empty texts; JSON leaves them out
      if (value !== "") result[name] = value
    }
    offset = end
  }
  return result
}

const entry = (value: "text" | "base64"): Message => ({ 1: ["key", "text"], 2: ["value", value] })

const valueOf = (how: Exclude<FieldReader[1], "ignored">, bytes: Buffer, before: unknown): unknown => {
  switch (how) {
    case "text":
      return bytes.toString("utf8")
    case "base64":
      return bytes.toString("base64")
    case "flag":
      return undefined
    case "textMap":
    case "base64Map": {
      const pair = messageOf(entry(how === "textMap" ? "text" : "base64"), bytes)
      const known = typeof before === "object" ? before : {}
      return pair === undefined
        ? undefined
        : { ...known, [typeof pair["key"] === "string" ? pair["key"] : ""]: pair["value"] ?? "" }
    }
    default:
      return messageOf(how, bytes)
  }
}

const varint = (bytes: Buffer, from: number): { readonly value: number; readonly next: number } => {
  let value = 0
  let next = from
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[next] ?? 0
    next += 1
    value += (byte % 128) * factor
    if (byte < 128) return { value, next }
  }
}
