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
/** What Node.js is linked with comes as it is, from Debian, and can be exchanged in the image. */
const takenOfDebian = new Set(["LGPL-2.1-or-later", "GPL-3.0-or-later WITH GCC-exception-3.1"])
const accepts = (licence = "none") =>
  licence.split(/ (?:OR|AND) /u).every((one) => taken.has(one.replaceAll(/[()]/gu, "")))
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"))

const { packages } = read("../package-lock.json")
const npm = Object.entries(packages)
  .filter(([path, { dev, link }]) => path.includes("node_modules/") && !dev && !link)
  .filter(([path, { os }]) => os === undefined || path.startsWith("node_modules/node-linux-"))
  .map(([name, { license }]) => ({ name, licence: license, isTaken: accepts(license) }))
const debian = read("images/debianPackages.json").map(({ name, architecture, licence }) => ({
  name: `Debian's ${name} for ${architecture}`,
  licence,
  isTaken: takenOfDebian.has(licence)
}))
const shipped = [...npm, ...debian]
const refused = shipped.filter(({ isTaken }) => !isTaken)
for (const { name, licence } of refused) console.error(`${name}: ${licence ?? "no licence"}`)
console.log(`${shipped.length} packages, ${refused.length} under a licence that is not on the list`)
process.exit(refused.length === 0 ? 0 : 1)
