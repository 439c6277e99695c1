import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder } from "../../packages/testenv/src/cacheFolder.ts"
import { type Architecture, architectures } from "./Architecture.ts"
import { type Entry, file, link } from "./Entry.ts"
import { run } from "./run.ts"

/** A package of Debian 12 that the images take libraries from. */
export interface Pin {
  readonly name: string
  readonly architecture: string
  readonly version: string
  readonly sha256: string
  readonly licence: string
}

const pinFile = new URL("debianPackages.json", import.meta.url)
const runtimeOfGcc = "GPL-3.0-or-later WITH GCC-exception-3.1"
/** The packages, with the licence of most of each; the images carry the whole texts. */
const licences = {
  "gcc-12-base": runtimeOfGcc,
  libc6: "LGPL-2.1-or-later",
  "libgcc-s1": runtimeOfGcc,
  "libstdc++6": runtimeOfGcc
}
/** All that the Node.js binary is linked with. */
const libraries = ["libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libstdc++.so.6"]

export const pins = (): ReadonlyArray<Pin> => JSON.parse(readFileSync(pinFile, "utf8"))

/** The libraries that the Node.js binary needs, from the pinned packages, with their licences. */
export const baseLibraries = (architecture: Architecture): ReadonlyArray<Entry> => {
  const folders = pins()
    .filter((pin) => pin.architecture === architecture.name)
    .map((pin) => ({ name: pin.name, path: unpacked(pin) }))
  const found = (library: string): Entry => {
    const paths = folders.flatMap(({ path }) =>
      ["lib", "usr/lib"].map((lib) => join(path, lib, architecture.triplet, library))
    )
    const path = paths.find((path) => existsSync(path))
    if (path === undefined) throw new Error(`no ${library} in the packages of ${architecture.name}`)
    return file(`usr/lib/${architecture.triplet}/${library}`, readFileSync(realpathSync(path)), 0o755)
  }
  const loader = architecture.loader.split("/").at(-1) ?? ""
  const texts = folders.flatMap(({ name, path }) => {
    const text = join(path, "usr/share/doc", name, "copyright")
    return existsSync(text) ? [file(`licenses/debian/${name}.txt`, readFileSync(text))] : []
  })
  return [
    ...[loader, ...libraries].map(found),
    link(architecture.loader, `../usr/lib/${architecture.triplet}/${loader}`),
    ...texts
  ]
}

/** The folder with the content of a package, fetched once into a cache outside the tree. */
const unpacked = (pin: Pin): string => {
  const folder = join(cacheFolder("images"), pin.sha256.slice(0, 16))
  if (existsSync(folder)) return folder
  mkdirSync(cacheFolder("images"), { recursive: true })
  const archive = download(pin)
  const actual = createHash("sha256").update(readFileSync(archive)).digest("hex")
  if (actual !== pin.sha256) throw new Error(`${pin.name} ${pin.version} is not the pinned package: ${actual}`)
  const making = join(cacheFolder("images"), `making-${process.pid}`)
  run("dpkg-deb", ["-x", archive, making])
  renameSync(making, folder)
  return folder
}

/** A list of packages of its own, so that other architectures can be had and the system's list stays as it is. */
const aptOf = (architecture: string) => {
  const folder = join(cacheFolder("images"), `apt-${architecture}`)
  const parts = ["state/lists/partial", "cache/archives/partial", "packages"]
  for (const part of parts) mkdirSync(join(folder, part), { recursive: true })
  const options = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "Dir::State": join(folder, "state"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": join(folder, "cache"),
    "APT::Sandbox::User": "root"
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])
  return {
    packages: join(folder, "packages"),
    apt: (command: string, ...args: ReadonlyArray<string>) =>
      run(command, [...flags, ...args], join(folder, "packages"))
  }
}

const updated = new Set<string>()
const upToDate = (architecture: string) => {
  const { apt, packages } = aptOf(architecture)
  if (!updated.has(architecture)) apt("apt-get", "update", "-q")
  updated.add(architecture)
  return { apt, packages }
}

const download = ({ architecture, name, version }: Pin): string => {
  const { apt, packages } = upToDate(architecture)
  try {
    apt("apt-get", "download", `${name}=${version}`)
  } catch (cause) {
    throw new Error(
      `${name} ${version} cannot be had: Debian has a newer one (npm run images -- --pin takes it), or apt has no source of Debian 12 (name one, or a snapshot of it)`,
      { cause }
    )
  }
  const found = readdirSync(packages).find((entry) => entry.startsWith(`${name}_${version.replace(":", "%3a")}_`))
  if (found === undefined) throw new Error(`apt has downloaded no ${name} ${version}`)
  return join(packages, found)
}

/** Pins the newest packages that apt knows. */
export const pinNewest = (): void => {
  const newest = architectures.flatMap(({ name: architecture }) =>
    Object.entries(licences).map(([name, licence]): Pin => {
      const shown = upToDate(architecture).apt("apt-cache", "show", "--no-all-versions", name)
      const field = (key: string) => new RegExp(`^${key}: (.*)$`, "mu").exec(shown)?.[1] ?? ""
      return { name, architecture, version: field("Version"), sha256: field("SHA256"), licence }
    })
  )
  writeFileSync(pinFile, `${JSON.stringify(newest, null, 2)}\n`)
}
