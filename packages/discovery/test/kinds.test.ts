import { assert, describe, it } from "vitest"
import { contentKinds, snapshotKinds } from "@multicluster-mesh/discovery"

describe("what an agent reads", () => {
  it("has no Secrets in it", () => {
    const kinds = [...snapshotKinds.map(({ type }) => type), ...contentKinds].map(({ kind }) => kind)
    assert.include(kinds, "ConfigMap")
    assert.notInclude(kinds, "Secret")
  })

  it("can be told apart: snapshot kinds by name, contents by kind", () => {
    const names = snapshotKinds.map(({ name }) => name)
    const kinds = contentKinds.map(({ kind }) => kind)
    assert.lengthOf(new Set(names), names.length)
    assert.lengthOf(new Set(kinds), kinds.length)
  })
})
