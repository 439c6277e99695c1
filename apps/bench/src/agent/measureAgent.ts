import { makeKubeSim, maistraCrds, ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, labels, resources, type KubeObject } from "@multicluster-mesh/mesh-model"
import { makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Figure } from "../Figure.ts"
import { startBundle } from "../process/startBundle.ts"

export interface AgentOptions {
  /** The agent's bundle. */
  readonly file: string
  /** For logs and credentials. */
  readonly folder: string
  readonly runs: number
}

const cluster = "cluster-0000"

/** Measures how soon a new agent has reported, and what it takes. */
export const measureAgent = Effect.fnUntraced(function* ({ file, folder, runs }: AgentOptions) {
  const once = (run: number) =>
    Effect.gen(function* () {
      const hub = yield* makeKubeSim({ name: "hub", crds: [...customResourceDefinitions(), ...ocmHubCrds] })
      const local = yield* makeKubeSim({ name: cluster, crds: maistraCrds })
      const api = yield* makeKubeApi(hub.connection)
      yield* api.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: cluster } })
      yield* api.create(resources.meshAgents, ask)
      const agents = yield* api.informer(resources.meshAgents)
      yield* agents.list
      const files = [hub, local].map(({ kubeconfig }, index) => {
        const path = join(folder, `agent-${run}-${index}.kubeconfig`)
        writeFileSync(path, kubeconfig, { mode: 0o600 })
        return path
      })
      const begun = performance.now()
      const agent = yield* startBundle({
        name: `agent-${run}`,
        program: "agent",
        file,
        folder,
        args: ["--cluster", cluster, "--hub-kubeconfig", files[0] ?? "", "--kubeconfig", files[1] ?? ""]
      })
      yield* agents.list.pipe(
        Effect.delay("1 millis"),
        Effect.repeat({ until: ([one]) => one?.["status"] !== undefined }),
        Effect.timeout("1 minute")
      )
      const reported = performance.now() - begun
      yield* Effect.sleep("3 seconds")
      return { reported, usage: yield* agent.usage }
    }).pipe(Effect.scoped)

  const all = yield* Effect.forEach(
    Array.from({ length: runs }, (_, run) => run),
    once
  )
  const figures: ReadonlyArray<Figure> = [
    {
      name: "agent: started → first report on the hub",
      unit: "ms",
      samples: all.map(({ reported }) => reported),
      budget: 500,
      aim: 300
    },
    { name: "agent: RSS", unit: "MiB", samples: all.map(({ usage }) => usage.rssMiB), budget: 96, aim: 80 },
    { name: "agent: CPU until 3 s after", unit: "CPU s", samples: all.map(({ usage }) => usage.cpuSeconds) }
  ]
  return figures
})

const ask: KubeObject = {
  apiVersion: labels.apiVersion,
  kind: "MeshAgent",
  metadata: { name: labels.addonName, namespace: cluster },
  spec: { fleetId: "fleet" }
}
