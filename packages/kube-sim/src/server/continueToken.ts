import { isJsonObject } from "../schema/json.ts"

/** Where the next page of a list begins. */
export interface ContinueToken {
  /** The revision that all pages show; -1 goes on with the present. */
  readonly revision: number
  /** The key of the last object that was sent. */
  readonly after: string
}

/** Source: apiserver `pkg/storage/continue.go`. */
export const writeToken = ({ revision, after }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: `${after}\u0000` })).toString("base64url")

export const readToken = (text: string): ContinueToken | { readonly problem: string } => {
  const token = parsed(Buffer.from(text, "base64url").toString("utf8"))
  if (!isJsonObject(token)) return { problem: "continue key is not valid: it is no JSON object" }
  const { v, rv, start } = token
  if (v !== "meta.k8s.io/v1")
    return { problem: `continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v)}` }
  if (typeof rv !== "number" || typeof start !== "string")
    return { problem: "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)" }
  return { revision: rv, after: start.endsWith("\u0000") ? start.slice(0, -1) : start }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
