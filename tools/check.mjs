// All that can be said of the code without running it; ends with the first tool that has something to say.
import { spawnSync } from "node:child_process"

const code = "packages apps tools examples"
const steps = [
  ["types", "tsc -b"],
  ["lint", `oxlint --type-aware --deny-warnings ${code}`],
  ["format", `oxfmt --check ${code}`],
  ["dead code", "knip"],
  ["project references", "nx sync:check"],
  ["packages", "node tools/packages.mjs"],
  ["generated files", "node --conditions=@multicluster-mesh/source tools/crds.ts --check"],
  ["licences", "node tools/licences.mjs"],
  ["chart", "node --conditions=@multicluster-mesh/source tools/chart.ts --check"]
]

for (const [name, command] of steps) {
  const started = Date.now()
  const { status } = spawnSync(command, { shell: true, stdio: "inherit" })
  console.log(`${status === 0 ? "ok" : "FAILED"}  ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  if (status !== 0) process.exit(1)
}
