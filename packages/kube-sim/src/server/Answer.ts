import type { Watch } from "./watchObjects.ts"

/** What goes back to the client. */
export type Answer =
  | { readonly _tag: "Json"; readonly code: number; readonly body: unknown; readonly contentType?: string }
  | { readonly _tag: "Text"; readonly code: number; readonly body: string }
  | { readonly _tag: "Lines"; readonly watch: Watch }

export const json = (body: unknown, code = 200): Answer => ({ _tag: "Json", code, body })

/** What kube-apiserver says of a path that nothing serves. */
export const pageNotFound: Answer = { _tag: "Text", code: 404, body: "404 page not found\n" }
