import { assert, it } from "@effect/vitest"
import { canonicalJson, isSameJson } from "@multicluster-mesh/mesh-model"
import * as FastCheck from "fast-check"

/** Few keys and values, so that equal ones meet. */
const { json } = FastCheck.letrec<{ json: unknown }>((tie) => ({
  json: FastCheck.oneof(
    { maxDepth: 3 },
    FastCheck.constantFrom(undefined, null, 0, 1, "", "a", true),
    FastCheck.array(tie("json"), { maxLength: 2 }),
    FastCheck.dictionary(FastCheck.constantFrom("a", "b"), tie("json"), { maxKeys: 2 })
  )
}))

it("two values are the same if and only if their canonical JSON is", () => {
  FastCheck.assert(
    FastCheck.property(json, json, (one, other) => {
      assert.strictEqual(isSameJson(one, other), canonicalJson(one) === canonicalJson(other))
      assert.isTrue(isSameJson(one, structuredClone(one)))
    }),
    { numRuns: 2000 }
  )
})
