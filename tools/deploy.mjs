// Installs the chart with the images that IMAGE and AGENT_IMAGE name, on the hub of the current kubeconfig.
import { spawnSync } from "node:child_process"
import { imageNames, partsOf } from "./imageNames.mjs"

const release = ["multicluster-mesh-addon", "--namespace", "multicluster-mesh-addon"]
const helm = (args) => {
  const { status, error } = spawnSync("helm", args, { stdio: "inherit", cwd: new URL("..", import.meta.url) })
  if (error !== undefined) console.error("helm is needed: https://helm.sh; or see deploy/kustomize")
  process.exit(status ?? 1)
}

if (process.argv.includes("--undo")) helm(["uninstall", ...release, "--ignore-not-found"])
const { hub, agent } = imageNames()
const valuesOf = (prefix, image) => {
  const { repository, tag } = partsOf(image)
  return ["--set-string", `${prefix}.image.repository=${repository},${prefix}.image.tag=${tag}`]
}
helm([
  "upgrade",
  "--install",
  ...release,
  "--create-namespace",
  "deploy/helm/multicluster-mesh-addon",
  ...valuesOf("hubController", hub),
  ...valuesOf("agent", agent)
])
