import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./run.ts"

export interface BundledPackage {
  readonly name: string
  readonly version: string
  readonly licence: string
  /** Texts of its licence files, by their names. */
  readonly texts: ReadonlyMap<string, string>
}

export interface Bundle {
  readonly code: Uint8Array
  /** What of the npm registry is in it, by name. */
  readonly packages: ReadonlyArray<BundledPackage>
}

const root = new URL("../../", import.meta.url).pathname

/** Bundles a program into one file. */
export const bundle = (app: string): Bundle => {
  const out = mkdtempSync(join(tmpdir(), `bundle-${app}-`))
  try {
    const folder = join(root, "apps", app)
    run(join(root, "node_modules/.bin/tsup"), ["--out-dir", out, "--metafile", "--no-clean", "--silent"], folder)
    const meta: { readonly inputs: Readonly<Record<string, unknown>> } = JSON.parse(
      readFileSync(join(out, "metafile-esm.json"), "utf8")
    )
    const folders = new Set(
      Object.keys(meta.inputs).flatMap((input) => {
        const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(join(folder, input))
        return inPackage?.[1] === undefined ? [] : [inPackage[1]]
      })
    )
    const code = readFileSync(join(out, "main.js"), "utf8").replace(/\n\/\/# sourceMappingURL=.*\n?$/u, "\n")
    return { code: Buffer.from(code), packages: [...folders].sort().map(packageAt) }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

const packageAt = (folder: string): BundledPackage => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice)/iu.test(file)) : []
  const texts = new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), "utf8")]))
  return { name, version, licence: String(license), texts }
}
