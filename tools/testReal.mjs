// Runs what needs real control planes: all of it, or the parts that are named (`npm run test:real -- api`).
import { spawnSync } from "node:child_process"

/** Each part with the files that have these in their paths. */
const parts = {
  api: {
    about: "kube-sim beside a real kube-apiserver, and under a real kubectl; the demo's story on real ones",
    files: ["pool.real", "contract.real", "kubectl.real", "scenario.real"]
  },
  disasters: {
    about: "a hub that comes back from a backup, or has lost objects; a leader that is cut off",
    files: ["test/disasters/", "leaderCut.real"]
  },
  faults: { about: "kills, cuts and stalls while meshes are made and unmade", files: ["test/faults/"] },
  helm: { about: "the chart: install, upgrade, uninstall, rights, with the real helm", files: ["helm.real"] },
  images: {
    about: "both images: built twice, run read-only as their own user; the hub controller's on a real kube-apiserver",
    files: ["images.real"]
  },
  ocm: {
    about: "the add-on on OCM's own programs: story, trouble, survival",
    files: ["test/ocm/", "lifting.real"]
  }
}
const help = [
  "npm run test:real                      everything",
  "npm run test:real -- <part> ...        these parts",
  "npm run test:real -- <part> --bail=1   flags go to vitest; their values after =",
  "",
  ...Object.entries(parts).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`),
  "",
  "The first run builds etcd, Kubernetes and OCM, which needs Go, and takes some minutes."
].join("\n")
const given = process.argv.slice(2)
if (given.some((argument) => argument === "--help" || argument === "-h")) {
  console.log(help)
  process.exit(0)
}
const flags = given.filter((argument) => argument.startsWith("-"))
const named = given.filter((argument) => !argument.startsWith("-"))
const unknown = named.filter((part) => !Object.hasOwn(parts, part))
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}\n\n${help}`)
  process.exit(2)
}
const root = new URL("..", import.meta.url)
const run = (command, ...args) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" })
  if (status !== 0) process.exit(status ?? 1)
}
run("node", "--conditions=@multicluster-mesh/source", "tools/buildTools.ts", ...named)
run("vitest", "run", "--config", "vitest.real.config.ts", ...named.flatMap((part) => parts[part].files), ...flags)
