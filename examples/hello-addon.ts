/**
 * An add-on of Open Cluster Management in 60 lines: a ConfigMap on each managed cluster that names the cluster, and an
 * identity on the hub with which an agent there could read the ConfigMaps of its cluster's namespace.
 *
 * Needs a ClusterManagementAddOn `hello` on the hub. Run it with
 * `node --conditions=@multicluster-mesh/source examples/hello-addon.ts <kubeconfig of the hub>`.
 */
import { kubeConfigFile, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { type AddOn, ManifestsRefused, runAddOn } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"

export const helloAddOn: AddOn = {
  name: "hello",
  registration: {},
  hubPermissions: { rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }] },
  // nothing runs on the clusters: what was applied and is there is available
  health: {
    feedback: ({ kind }) =>
      kind === "ConfigMap"
        ? [{ type: "JSONPaths", jsonPaths: [{ name: "greeting", path: ".data.greeting" }] }]
        : undefined,
    judge: (objects) => {
      const greeting = objects.flatMap(({ values }) => values).find(({ name }) => name === "greeting")
      return {
        healthy: greeting !== undefined,
        message: `the cluster says ${greeting?.fieldValue.string ?? "nothing"}`
      }
    }
  },
  manifests: ({ cluster, installNamespace, variables }) => {
    const { GREETING: greeting = "hello" } = variables
    if (greeting === "") return Effect.fail(new ManifestsRefused({ problem: "the variable GREETING is empty" }))
    return Effect.succeed([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: installNamespace } },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "hello", namespace: installNamespace },
        data: { greeting: `${greeting}, ${cluster.metadata.name}` }
      }
    ])
  }
}

if (import.meta.main) {
  const program = Effect.gen(function* () {
    const api = yield* makeKubeApi(yield* kubeConfigFile(process.argv[2] ?? "kubeconfig"))
    return yield* runAddOn({ api, addOn: helloAddOn })
  })
  await Effect.runPromise(Effect.scoped(program))
}
