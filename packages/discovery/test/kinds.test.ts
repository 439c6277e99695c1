import { assert, describe, it } from "vitest"
import { contentKinds, snapshotKinds } from "@multicluster-mesh/discovery"

describe("what an agent reads", () => {
  it("has no Secrets in it but by metadata, in a namespace that is to be removed", () => {
    const watched = snapshotKinds.map(({ type }) => type.kind)
    assert.include(watched, "ConfigMap")
    assert.notInclude(watched, "Secret")
    assert.include(
      contentKinds.map(({ kind }) => kind),
      "Secret"
    )
  })

  it("can be told apart: snapshot kinds by name, contents by kind", () => {
    const names = snapshotKinds.map(({ name }) => name)
    const kinds = contentKinds.map(({ kind }) => kind)
    assert.lengthOf(new Set(names), names.length)
    assert.lengthOf(new Set(kinds), kinds.length)
  })
})
