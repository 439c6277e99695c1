import { describe, expect, it } from "vitest"
import { stringify } from "yaml"
import { meshesOf, reportCluster } from "@multicluster-mesh/discovery"
import { caseNames, certificateFacts, readCase } from "./readCase.ts"

// `vitest -u` rewrites the golden files; review their diff
describe("discovery", () => {
  it.each(caseNames)("gives what is expected of %s", async (name) => {
    const { cluster, asked, snapshot } = readCase(name)
    const report = reportCluster(snapshot, asked)
    const { found, refused } = meshesOf(cluster, report, certificateFacts)
    const meshes = found.map(({ discovered }) => discovered)
    const golden = stringify({ report, meshes, refused }, { aliasDuplicateObjects: false, lineWidth: 0 })
    await expect(golden).toMatchFileSnapshot(`testdata/${name}.golden.yaml`)
  })
})
