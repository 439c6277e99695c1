import { execFileSync } from "node:child_process"
import { describe, expect, it } from "vitest"
import { file, folder, link } from "../images/Entry.ts"
import { tarOf } from "../images/tarOf.ts"

const entries = [
  file("app/main.mjs", "console.log(1)\n"),
  folder("tmp", 0o1777),
  link("lib64/ld.so", "../usr/lib/ld.so"),
  file("usr/lib/ld.so", new Uint8Array(513), 0o755)
]
const listed = (tar: Uint8Array): string =>
  execFileSync("tar", ["--numeric-owner", "--utc", "-tvf", "-"], { input: tar, encoding: "utf8" })

describe("tarOf", () => {
  it("gives the same bytes for the same entries in any order", () => {
    expect(tarOf(entries.toReversed())).toEqual(tarOf(entries))
  })

  it("is read by tar: modes, links, folders above, all of them root's and as old as time", () => {
    const fields = listed(tarOf(entries))
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/\s+/u))
    expect(
      fields.map(([mode, owner, size, day, , ...path]) => [mode, owner, size, day, path.join(" ")].join(" "))
    ).toEqual([
      "drwxr-xr-x 0/0 0 1970-01-01 app/",
      "-rw-r--r-- 0/0 15 1970-01-01 app/main.mjs",
      "drwxr-xr-x 0/0 0 1970-01-01 lib64/",
      "lrwxrwxrwx 0/0 0 1970-01-01 lib64/ld.so -> ../usr/lib/ld.so",
      "drwxrwxrwt 0/0 0 1970-01-01 tmp/",
      "drwxr-xr-x 0/0 0 1970-01-01 usr/",
      "drwxr-xr-x 0/0 0 1970-01-01 usr/lib/",
      "-rwxr-xr-x 0/0 513 1970-01-01 usr/lib/ld.so"
    ])
  })

  it("refuses a path that it cannot write", () => {
    expect(() => tarOf([file("x".repeat(101), "")])).toThrow("too long")
  })
})
