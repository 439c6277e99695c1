// Builds the images of both programs into dist/images, without a container engine; with --pin takes the newest libraries.
import { writeFileSync } from "node:fs"
import { hubVersion } from "../apps/hub-controller/src/version.ts"
import { pinNewest } from "./images/baseLibraries.ts"
import { basePlatforms, buildImage } from "./images/buildImage.ts"

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
const folder = new URL("../dist/images/", import.meta.url).pathname

if (process.argv.includes("--pin")) pinNewest()
const base = basePlatforms()
for (const app of ["hub-controller", "agent"]) {
  const { digest, sizes, sbom } = buildImage(app, hubVersion, base, `${folder}${app}`)
  writeFileSync(`${folder}${app}.cdx.json`, sbom)
  const perArchitecture = Object.entries(sizes).map(([architecture, size]) => `${architecture} ${megabytes(size)}`)
  console.log(`${app} ${digest} ${perArchitecture.join(", ")}`)
}
