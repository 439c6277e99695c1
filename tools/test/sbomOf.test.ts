import { expect, it } from "vitest"
import { sbomOf } from "../images/sbomOf.ts"
import { billProblems } from "./billProblems.ts"

const effect = { name: "effect", version: "4.1.0", licence: "MIT", texts: new Map<string, string>() }
const bill = sbomOf("agent", "1.0.0", [effect])

it("a bill of materials is as CycloneDX wants it", () => {
  expect(billProblems(bill)).toEqual([])
  expect(billProblems(bill.replace('"type": "application"', '"type": "programme"'))).toEqual([
    "/components/0/type must be equal to one of the allowed values"
  ])
})

it("names a licence for all that an image has of npm, Node.js and Debian", () => {
  const { components }: { readonly components: ReadonlyArray<{ readonly name: string; readonly licenses?: unknown }> } =
    JSON.parse(bill)
  expect(new Set(components.map(({ name }) => name))).toEqual(
    new Set(["node", "gcc-12-base", "libc6", "libgcc-s1", "libstdc++6", "effect"])
  )
  expect(components.filter(({ licenses }) => !Array.isArray(licenses) || licenses.length !== 1)).toEqual([])
})
