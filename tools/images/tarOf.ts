import type { Entry } from "./Entry.ts"
import { folder } from "./Entry.ts"

const block = 512

/**
 * Returns a tar archive of the entries and of all folders above them.
 *
 * The same entries give the same bytes, in whatever order they come: everything is root's, and as old as time.
 * Errors: throws where a path is too long for the oldest format, which is all that we write.
 */
export const tarOf = (entries: ReadonlyArray<Entry>): Uint8Array => {
  const byPath = new Map<string, Entry>()
  for (const entry of entries) for (const above of foldersAbove(entry.path)) byPath.set(above, folder(above))
  for (const entry of entries) byPath.set(entry.path, entry)
  const sorted = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
  return Buffer.concat([...sorted.flatMap(blocksOf), Buffer.alloc(2 * block)])
}

const foldersAbove = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/").slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"))
}

const typeFlag = { file: "0", link: "2", folder: "5" }

const blocksOf = (entry: Entry): ReadonlyArray<Uint8Array> => {
  const content = entry.type === "file" ? entry.content : new Uint8Array()
  const header = Buffer.alloc(block)
  const text = (offset: number, length: number, value: string) => {
    if (Buffer.byteLength(value) > length) throw new Error(`too long for a tar header: ${value}`)
    header.write(value, offset)
  }
  const octal = (offset: number, length: number, value: number) =>
    text(offset, length, `${value.toString(8).padStart(length - 1, "0")}\0`)
  text(0, 100, entry.type === "folder" ? `${entry.path}/` : entry.path)
  octal(100, 8, entry.type === "link" ? 0o777 : (entry.mode ?? 0o755))
  octal(108, 8, 0)
  octal(116, 8, 0)
  octal(124, 12, content.length)
  octal(136, 12, 0)
  text(148, 8, " ".repeat(8)) // the checksum counts itself as spaces
  text(156, 1, typeFlag[entry.type])
  if (entry.type === "link") text(157, 100, entry.target)
  text(257, 8, "ustar\u000000")
  octal(
    148,
    7,
    header.reduce((sum, byte) => sum + byte, 0)
  )
  return [header, content, Buffer.alloc((block - (content.length % block)) % block)]
}
