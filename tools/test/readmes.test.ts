import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")

it.each(["discovery", "federation-planner", "kube-sim", "mesh-model", "ocm-transport", "testenv"])(
  "the README of %s shows its example, which compiles",
  (name) => {
    const [, shown] = /```ts\n(.*?)```/su.exec(read(`packages/${name}/README.md`)) ?? []
    expect(shown).toBe(read(`examples/${name}.ts`))
  }
)

it("the README lists the parts of test:real in the words of its help", () => {
  const parts = [...read("tools/testReal.mjs").matchAll(/^ {2}(\w+): \{\s*about: "(.*?)"/gmu)]
  expect(parts.length).toBeGreaterThan(3)
  expect(read("README.md")).toContain(parts.map(([, name, about]) => `| \`${name}\` | ${about} |`).join("\n"))
})
