import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { hubVersion } from "../../apps/hub-controller/src/version.ts"
import { basePlatforms, buildImage, type BuiltImage } from "../images/buildImage.ts"
import { billProblems } from "./billProblems.ts"
import { hubControllerOfImage } from "./hubControllerOfImage.ts"
import { openFolder, readOnly, unpackImage } from "./unpackImage.ts"

const folder = openFolder(join(tmpdir(), "images-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Component {
  readonly licenses: ReadonlyArray<{ readonly expression: string }>
}

const unpack = (app: string) => unpackImage(join(folder, app))

const runReadOnly = (app: string, args: ReadonlyArray<string>) =>
  spawnSync("unshare", readOnly(unpack(app), args), {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }
  })

const apps = ["hub-controller", "agent"]
const builds = new Map<string, readonly [BuiltImage, BuiltImage]>()
beforeAll(() => {
  const [base, again] = [basePlatforms(), basePlatforms()]
  for (const app of apps) {
    const path = join(folder, app)
    const both = [buildImage(app, hubVersion, base, path), buildImage(app, hubVersion, again, path)] as const
    builds.set(app, both)
    console.log(app, both[0].digest, both[0].sizes)
  }
})

describe.each(apps)("image of %s", (app) => {
  it("has the same digest and bill of materials when it is built again", () => {
    const [built, again] = builds.get(app) ?? []
    expect(built?.digest).toMatch(/^sha256:/u)
    expect(again).toEqual(built)
  })

  it("starts under its own user with a read-only root", () => {
    const { status, stdout, stderr } = runReadOnly(app, ["--version"])
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${app} v${hubVersion}\n`, stderr: "" })
  })

  it("can write nowhere, and is not root", () => {
    const { root, command } = unpack(app)
    const program = `const { writeFileSync } = require("node:fs")
      const denied = (path) => { try { writeFileSync(path, ""); return false } catch { return true } }
      console.log(process.getuid(), ["/x", "/app/main.mjs", "/etc/passwd", "/usr/local/bin/node"].every(denied))`
    const node = [...command.slice(0, 3), "-e", program]
    const { stdout } = spawnSync("chroot", node, { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } })
    expect(root).not.toBe("/")
    expect(stdout).toBe("65532 true\n")
  })

  it("names in its bill what it was bundled from, with a licence for each", () => {
    const { components } = JSON.parse(builds.get(app)?.[0].sbom ?? "")
    const names = components.map(({ name }: { name: string }) => name)
    expect(names).toContain("effect")
    expect(names).toContain("node")
    expect(names.includes("@kubernetes/client-node")).toBe(app === "hub-controller")
    const npm = components.filter(({ purl }: { purl: string }) => purl.startsWith("pkg:npm/"))
    expect(npm.filter(({ licenses }: Component) => !/^[\w.\-() ]+$/u.test(licenses[0]?.expression ?? ""))).toEqual([])
  })

  it("has a bill as CycloneDX wants it, and the texts of the licences that it names of Debian", () => {
    const bill = builds.get(app)?.[0].sbom ?? ""
    expect(billProblems(bill)).toEqual([])
    const debian = JSON.parse(bill).components.filter(({ purl }: { purl: string }) => purl.startsWith("pkg:deb/"))
    const named = new Set(debian.map(({ licenses }: Component) => licenses[0]?.expression))
    expect(named).toEqual(new Set(["LGPL-2.1-or-later", "GPL-3.0-or-later WITH GCC-exception-3.1"]))
    const { root } = unpack(app)
    const textOf = (name: string) =>
      readFileSync(join(root, `licenses/debian/${name}.txt`), "utf8").replaceAll(/\s+/gu, " ")
    expect(textOf("libc6")).toContain(
      "GNU Lesser General Public License as published by the Free Software Foundation; either version 2.1 of the License, or (at your option) any later version."
    )
    expect(textOf("gcc-12-base")).toContain("GCC RUNTIME LIBRARY EXCEPTION Version 3.1")
  })
})

it("the hub controller of the image becomes ready on a real API server, which it reaches by name over TLS", async () => {
  const { code, ready } = await Effect.runPromise(hubControllerOfImage(unpack("hub-controller")))
  expect(ready).toBe("plans and writes\n")
  expect(code).toBe(0)
})
