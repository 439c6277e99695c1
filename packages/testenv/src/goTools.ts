import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { cacheFolder } from "./cacheFolder.ts"
import { TestenvError } from "./TestenvError.ts"

/** A Go module of `tools` whose tool block names programs. */
export interface GoModule {
  /** Name of its folder in `tools`, and of the cache. */
  readonly name: string
  /** What is built, for people. */
  readonly what: string
  readonly version: string
  /** Files that the build gives. */
  readonly binaries: ReadonlyArray<string>
  /** Variables that the linker sets. */
  readonly stamp?: string
  /** What else helps where Go is missing. */
  readonly otherwise?: string
}

/** The folder of a Go module of `tools`. */
export const moduleFolder = (name: string): string => fileURLToPath(new URL(`../../../tools/${name}/`, import.meta.url))

/**
 * The folder with the binaries of a Go module, built into a cache outside the tree, which is keyed by the sums of all
 * that goes into them. The first build takes some minutes, a later one none.
 *
 * Errors: `TestenvError` when Go is missing or the build fails; it says which command to run.
 */
export const goTools = (module: GoModule): Effect.Effect<string, TestenvError> =>
  Effect.suspend(() => {
    const sums = readFileSync(join(moduleFolder(module.name), "go.sum"))
    const key = createHash("sha256").update(sums).update(module.version).digest("hex").slice(0, 16)
    const folder = join(cacheFolder(module.name), key)
    return missingIn(folder, module.binaries).length === 0 ? Effect.succeed(folder) : build(module, folder)
  })

/** Those of `files` that are not there. */
export const missingIn = (folder: string, files: ReadonlyArray<string>): ReadonlyArray<string> =>
  files.map((file) => join(folder, file)).filter((file) => !existsSync(file))

const goRelease = "1.26.8"

/** The command that brings Go for this user alone, where there is one. */
const installGo = (() => {
  const architecture = new Map<string, string>([
    ["x64", "amd64"],
    ["arm64", "arm64"]
  ]).get(process.arch)
  if (process.platform === "darwin") return "Run: brew install go"
  if (process.platform !== "linux" || architecture === undefined) return "See https://go.dev/doc/install"
  const archive = `https://go.dev/dl/go${goRelease}.linux-${architecture}.tar.gz`
  return `Run: mkdir -p ~/.local && curl -fsSL ${archive} | tar -xz -C ~/.local && export PATH=~/.local/go/bin:$PATH`
})()

/** Builds into a folder of its own and renames it: who else builds at the same time wins or loses, and harms nothing. */
const build = (module: GoModule, folder: string): Effect.Effect<string, TestenvError> => {
  const fail = (problem: string) => Effect.fail(new TestenvError({ part: `${module.what} binaries`, problem }))
  const found = spawnSync("go", ["env", "GOVERSION"], { encoding: "utf8" })
  const [, minor = "0"] = /^go1\.(\d+)/u.exec(found.stdout ?? "") ?? []
  // from 1.21 on it fetches the release that a module asks for
  if (Number(minor) < 21) {
    const what = found.status === 0 ? `${found.stdout.trim()} is too old` : "there is none"
    return fail(`Go is needed to build them, and ${what}. ${installGo}${module.otherwise ?? ""}`)
  }
  process.stderr.write(`building ${module.what} ${module.version} once, into ${folder} (takes some minutes)\n`)
  mkdirSync(cacheFolder(module.name), { recursive: true })
  const making = mkdtempSync(join(cacheFolder(module.name), "making-"))
  const started = Date.now()
  const flags = ["-trimpath", "-ldflags", `-s -w ${module.stamp ?? ""}`, "-o", `${making}/`]
  const done = spawnSync("go", ["build", ...flags, "tool"], {
    cwd: moduleFolder(module.name),
    stdio: ["ignore", "inherit", "inherit"]
  })
  if (done.status !== 0) {
    rmSync(making, { recursive: true, force: true })
    return fail(`go build failed, see above; try: cd tools/${module.name} && go build tool`)
  }
  process.stderr.write(`built ${module.what} in ${Math.round((Date.now() - started) / 1000)} s\n`)
  if (existsSync(folder)) rmSync(making, { recursive: true, force: true })
  else renameSync(making, folder)
  const missing = missingIn(folder, module.binaries)
  return missing.length === 0 ? Effect.succeed(folder) : fail(`the build did not give ${missing.join(", ")}`)
}
