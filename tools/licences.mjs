// Says whether all that may come into an image or a published package is under a licence that we take.
import { readFileSync } from "node:fs"

const taken = new Set([
  "Apache-2.0",
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "Python-2.0",
  "PSF-2.0",
  "Unlicense"
])
const accepts = (licence = "none") =>
  licence.split(/ (?:OR|AND) /u).every((one) => taken.has(one.replaceAll(/[()]/gu, "")))

const { packages } = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"))
const shipped = Object.entries(packages).filter(
  ([path, { dev, link, os }]) => path.includes("node_modules/") && !dev && !link && os === undefined
)
const refused = shipped.filter(([, { license }]) => !accepts(license))
for (const [path, { license }] of refused) console.error(`${path}: ${license ?? "no licence"}`)
console.log(`${shipped.length} packages, ${refused.length} under a licence that is not on the list`)
process.exit(refused.length === 0 ? 0 : 1)
