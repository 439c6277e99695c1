import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type ControlPlane, helmTools, kubectlOn, runJob, startProcess } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseAllDocuments } from "yaml"
import { hubNamespaces } from "../../src/World.ts"
import { programOf } from "../keepRunning.ts"

const folder = fileURLToPath(new URL("../../../../deploy/helm/multicluster-mesh-addon", import.meta.url))

/** What an administrator sets who wants namespaces that we made to go with their meshes. */
const administrators = ["agent.listSecrets=true"]

/** All that `helm install` would put on a hub, but our definitions, which a world has from the start. */
const renderChart = (values: ReadonlyArray<string>) =>
  Effect.map(helmTools, ({ helm }): ReadonlyArray<KubeObject> => {
    const set = ["crds.install=false", ...administrators, ...values].flatMap((value) => ["--set", value])
    const text = execFileSync(
      helm,
      ["template", hubNamespaces.addon, folder, "--namespace", hubNamespaces.addon, ...set],
      { encoding: "utf8", stdio: "pipe" }
    )
    return parseAllDocuments(text).flatMap((document): ReadonlyArray<KubeObject> => {
      const object: KubeObject | null = document.toJS()
      return object === null ? [] : [object]
    })
  })

/** Puts the chart's objects on the hub, or others in their place, by values such as `agent.image.tag=1.2.0`; returns them. */
export const installChart = Effect.fnUntraced(function* (hub: ControlPlane, ...values: ReadonlyArray<string>) {
  const objects = yield* renderChart(values)
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
  yield* kubectlOn(hub, ["apply", "--server-side", "--field-manager=helm", "-f", "-"], list)
  return objects
})

const program = (args: ReadonlyArray<string>) => programOf("hub-controller", args)

/** Where the hook of the chart runs, and as whom. */
export const hook = { namespace: hubNamespaces.addon, name: "multicluster-mesh-uninstall" }

/**
 * Makes a release of Helm's of what `installChart` put on a hub, and uninstalls it, its hook run as a process; says how
 * hook and Helm have ended. `beforeEnd` runs while the hook still has its rights.
 */
export const uninstallRelease = Effect.fnUntraced(function* (
  hub: ControlPlane,
  beforeEnd: Effect.Effect<unknown, unknown>
) {
  const { helm } = yield* helmTools
  const kubeconfig = join(hub.folder, "helm.kubeconfig")
  writeFileSync(kubeconfig, hub.kubeconfig, { mode: 0o600 })
  const start = (name: string, ...args: ReadonlyArray<string>) =>
    startProcess({
      name,
      folder: hub.folder,
      command: helm,
      args: [...args, "--namespace", hubNamespaces.addon],
      env: { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: hub.folder }
    })
  const values = ["crds.install=false", ...administrators].map((value) => `--set=${value}`)
  const over = ["--install", "--take-ownership", "--force-conflicts", ...values]
  const upgrade = yield* start("helm-upgrade", "upgrade", hubNamespaces.addon, folder, ...over)
  if ((yield* upgrade.exited) !== 0) yield* upgrade.ended
  const uninstall = yield* start("helm-uninstall", "uninstall", hubNamespaces.addon)
  const ran = yield* Effect.raceFirst(runJob({ plane: hub, ...hook, program, beforeEnd }), uninstall.ended)
  return { hook: ran, helm: { exitCode: yield* uninstall.exited, said: readFileSync(uninstall.log, "utf8") } }
}, Effect.scoped)
