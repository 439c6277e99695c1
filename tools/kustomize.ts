// Renders the kustomize base from the chart, or with --check says whether it differs. Needs helm: see testenv.
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { helmTools } from "../packages/testenv/src/HelmTools.ts"
import { writeGenerated } from "./writeGenerated.ts"

const namespace = "multicluster-mesh-addon"
const { helm } = await Effect.runPromise(helmTools)
const chart = new URL("../deploy/helm/multicluster-mesh-addon", import.meta.url).pathname
// the CustomResourceDefinitions have a file of their own: `npm run crds`; kustomize knows no hooks
const args = ["template", namespace, chart, "--namespace", namespace, "--set", "crds.install=false", "--no-hooks"]
const { status, stdout, stderr } = spawnSync(helm, args, { encoding: "utf8" })
if (status !== 0) throw new Error(stderr)

const remedy = "npm run kustomize"
const header = "# Rendered from deploy/helm/multicluster-mesh-addon by `npm run kustomize`; do not edit.\n"
// what only Helm reads
const text = stdout.replaceAll(/^\s*(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gmu, "")
writeGenerated("deploy/kustomize/base/addon.yaml", header + text, remedy)
