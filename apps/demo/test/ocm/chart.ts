import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type ControlPlane, helmTools, kubectlOn } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { parseAllDocuments } from "yaml"
import { hubNamespaces } from "../../src/World.ts"

const folder = fileURLToPath(new URL("../../../../deploy/helm/multicluster-mesh-addon", import.meta.url))

/** All that `helm install` would put on a hub, but our definitions, which a world has from the start. */
const renderChart = Effect.map(helmTools, ({ helm }): ReadonlyArray<KubeObject> => {
  const text = execFileSync(
    helm,
    ["template", hubNamespaces.addon, folder, "--namespace", hubNamespaces.addon, "--set", "crds.install=false"],
    { encoding: "utf8", stdio: "pipe" }
  )
  return parseAllDocuments(text).flatMap((document): ReadonlyArray<KubeObject> => {
    const object: KubeObject | null = document.toJS()
    return object === null ? [] : [object]
  })
})

/** Puts the chart's objects on the hub; returns them. */
export const installChart = Effect.fnUntraced(function* (hub: ControlPlane) {
  const objects = yield* renderChart
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects })
  yield* kubectlOn(hub, ["apply", "--server-side", "--field-manager=helm", "-f", "-"], list)
  return objects
})
