// Runs what needs real control planes: all of it, or the parts that are named (`npm run test:real -- api`).
import { spawnSync } from "node:child_process"

const parts = {
  api: ["pool.real", "contract.real", "scenario.real"],
  disasters: ["test/disasters/", "leaderCut.real"],
  faults: ["test/faults/"],
  helm: ["helm.real"],
  images: ["images.real"],
  ocm: ["test/ocm/", "lifting.real"]
}
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("-"))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("-"))
const unknown = named.filter((part) => !(part in parts))
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; there are: ${Object.keys(parts).join(", ")}`)
  process.exit(2)
}
const root = new URL("..", import.meta.url)
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
run("node", "--conditions=@multicluster-mesh/source", "tools/buildTools.ts", ...named)
run("vitest", "run", "--config", "vitest.real.config.ts", ...named.flatMap((part) => parts[part]), ...flags)
