import type { Call } from "./Call.ts"
import type { Kind } from "./Kind.ts"
import { admin } from "./User.ts"

/** A call that no client makes: by the server itself or one of the controllers in it. */
export const internalCall = (
  kind: Kind,
  verb: Call["verb"],
  manager: string,
  object?: { readonly namespace?: string; readonly name: string }
): Call => ({
  verb,
  kind,
  namespace: object?.namespace,
  name: object?.name,
  subresource: undefined,
  query: new URLSearchParams(),
  body: new Uint8Array(),
  contentType: "application/json",
  accept: "",
  manager,
  userAgent: "kube-sim",
  user: admin,
  dryRun: false,
  warnings: []
})
