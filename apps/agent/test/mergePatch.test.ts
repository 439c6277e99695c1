import { assert, describe, it } from "@effect/vitest"
import * as Predicate from "effect/Predicate"
import { mergePatch } from "../src/mergePatch.ts"

/** RFC 7396, section 2. */
const patched = (target: unknown, patch: unknown): unknown => {
  if (!Predicate.isReadonlyObject(patch)) return patch
  const result: Record<string, unknown> = Predicate.isReadonlyObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name]
    else result[name] = patched(result[name], value)
  }
  return result
}

const values: ReadonlyArray<object> = [
  {},
  { a: 1 },
  { a: [1, 2], b: { c: "x", d: true } },
  { a: [2], b: { c: "x" } },
  { b: { d: false, e: { f: 0 } } },
  { a: { g: [] }, b: "text" }
]

describe("mergePatch", () => {
  it("makes each value of each other", () => {
    for (const before of values) {
      for (const after of values) {
        assert.deepStrictEqual(patched(before, mergePatch(before, after) ?? {}), after)
      }
    }
  })

  it("is nothing where nothing differs", () => {
    for (const value of values) assert.isUndefined(mergePatch(value, structuredClone(value)))
  })

  it("leaves out a field that is undefined", () => {
    assert.isUndefined(mergePatch({ a: 1 }, { a: 1, b: undefined }))
  })
})
