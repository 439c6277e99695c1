import { globSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { stringify } from "yaml"
import { meshesOf, reportCluster } from "@multicluster-mesh/discovery"
import { certificateFacts, readCase } from "./readCase.ts"

// `vitest -u` rewrites the golden files; review their diff
describe("discovery", () => {
  for (const input of globSync("testdata/*.in.yaml", { cwd: import.meta.dirname }).sort()) {
    it(input, async () => {
      const { cluster, asked, snapshot } = readCase(new URL(input, import.meta.url))
      const report = reportCluster(snapshot, asked)
      const { found, refused } = meshesOf(cluster, report, certificateFacts)
      const meshes = found.map(({ discovered }) => discovered)
      const golden = stringify({ report, meshes, refused }, { aliasDuplicateObjects: false, lineWidth: 0 })
      await expect(golden).toMatchFileSnapshot(input.replace(".in.", ".golden."))
    })
  }
})
