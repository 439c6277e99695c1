import { readFileSync } from "node:fs"
import { join } from "node:path"
import { architectures } from "./Architecture.ts"
import { baseLibraries } from "./baseLibraries.ts"
import { bundle } from "./bundle.ts"
import { type Entry, file, folder } from "./Entry.ts"
import { nodeBinary } from "./nodeBinary.ts"
import { layerOf, makeOciLayout, type Platform } from "./OciLayout.ts"
import { runtimeOf } from "./runtimeOf.ts"
import { sbomOf } from "./sbomOf.ts"

export interface BuiltImage {
  readonly app: string
  readonly digest: string
  /** Compressed, by architecture. */
  readonly sizes: Readonly<Record<string, number>>
  readonly sbom: string
}

const root = new URL("../../", import.meta.url).pathname
/** Numbers, so that a cluster can see that it is not root. */
const user = "65532:65532"

/** What all images begin with, for each architecture: libraries and Node.js. */
export const basePlatforms = (): ReadonlyArray<Platform> =>
  architectures.map((architecture) => {
    const { binary, licence } = nodeBinary(architecture)
    const libraries = layerOf([...system, ...baseLibraries(architecture)])
    const node = layerOf([file("usr/local/bin/node", binary, 0o755), file("licenses/node.txt", licence)])
    return { architecture: architecture.name, layers: [libraries, node] }
  })

/** Builds the image of a program for all architectures into an OCI layout at `path`. */
export const buildImage = (app: string, version: string, base: ReadonlyArray<Platform>, path: string): BuiltImage => {
  const { code, packages } = bundle(app)
  const program = layerOf([
    file("app/main.mjs", code),
    ...packages.flatMap(({ name, version, texts }) =>
      [...texts].map(([file_, text]) => file(`licenses/npm/${name.replace("/", "+")}@${version}/${file_}`, text))
    ),
    file("licenses/LICENSE", readFileSync(join(root, "LICENSE")))
  ])
  const platforms = base.map(({ architecture, layers }) => ({ architecture, layers: [...layers, program] }))
  const { entrypoint, env } = runtimeOf(app)
  const digest = makeOciLayout(path).finish(version, platforms, {
    User: user,
    Env: ["PATH=/usr/local/bin", ...env],
    Entrypoint: entrypoint,
    WorkingDir: "/",
    ExposedPorts: { [app === "agent" ? "8081/tcp" : "8080/tcp"]: {} },
    Labels: {
      "org.opencontainers.image.title": `multicluster-mesh-${app}`,
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.licenses": "Apache-2.0"
    }
  })
  const sizes = Object.fromEntries(
    platforms.map(({ architecture, layers }) => [
      architecture,
      layers.reduce((sum, { bytes }) => sum + bytes.length, 0)
    ])
  )
  return { app, digest, sizes, sbom: sbomOf(app, version, packages) }
}

const system: ReadonlyArray<Entry> = [
  file("etc/passwd", "root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n"),
  file("etc/group", "root:x:0:\nnonroot:x:65532:\n"),
  file("etc/nsswitch.conf", "hosts: files dns\n"),
  folder("tmp", 0o1777)
]
