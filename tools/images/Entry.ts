/** What an image layer holds at one path, without a leading slash. */
export type Entry =
  | { readonly type: "file"; readonly path: string; readonly content: Uint8Array; readonly mode?: number }
  | { readonly type: "folder"; readonly path: string; readonly mode?: number }
  | { readonly type: "link"; readonly path: string; readonly target: string }

export const file = (path: string, content: string | Uint8Array, mode = 0o644): Entry => ({
  type: "file",
  path,
  content: typeof content === "string" ? Buffer.from(content) : content,
  mode
})
export const folder = (path: string, mode = 0o755): Entry => ({ type: "folder", path, mode })
export const link = (path: string, target: string): Entry => ({ type: "link", path, target })
