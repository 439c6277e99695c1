import { type KubeSim, makeKubeSim, ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, labels, resources, type KubeObject } from "@multicluster-mesh/mesh-model"
import { type Connection, type KubeApi, type KubeError, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { makeRawClient, startControlPlane } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { BenchError } from "../BenchError.ts"

/** On which kind of API server the hub is. */
export type ServerKind = "kube-sim" | "kube-apiserver"

/** How many writes there were, by verb and kind. */
export type WriteCounts = ReadonlyMap<string, number>

/** The hub's API server. */
export interface HubServer {
  readonly connection: Connection
  readonly kubeconfig: string
  readonly api: KubeApi
  /** Writes to kinds that the hub controller writes, whoever made them, by verb and kind; as the server counts them. */
  readonly writes: Effect.Effect<WriteCounts, BenchError>
  /** Ends it at once and starts it again with what it has stored; kube-sim goes on, for it stores nothing. */
  readonly restart: Effect.Effect<void, BenchError>
}

/** The kinds that the hub controller writes; a Lease that it holds is renewed at rest, and is no write in this sense. */
const written: ReadonlySet<string> = new Set(
  [
    resources.meshes,
    resources.meshDeployments,
    resources.meshFederations,
    resources.meshPeerings,
    resources.meshAgents,
    resources.manifestWorks,
    resources.events,
    resources.secrets,
    resources.managedClusterAddOns,
    resources.clusterRoles
  ].map(({ plural }) => plural)
)

/** Starts an API server with OCM's kinds and ours. */
export const startHubServer = Effect.fnUntraced(function* (kind: ServerKind) {
  const server = yield* kind === "kube-sim" ? Effect.map(makeKubeSim({ name: "hub" }), onSim) : onReal
  const api = yield* Effect.orDie(makeKubeApi(server.connection))
  const definitions = [...customResourceDefinitions(), ...ocmHubCrds]
  yield* Effect.forEach(definitions, (one) =>
    api.apply(resources.customResourceDefinitions, one, { fieldManager: "helm" })
  )
  yield* Effect.forEach(Object.values(hubKinds), (type) => untilServed(api, type), { discard: true })
  const hub: HubServer = { ...server, api }
  return hub
})

const hubKinds = {
  clusters: resources.managedClusters,
  addOns: resources.managedClusterAddOns,
  works: resources.manifestWorks,
  agents: resources.meshAgents,
  deployments: resources.meshDeployments,
  federations: resources.meshFederations,
  peerings: resources.meshPeerings,
  meshes: resources.meshes
}

/** A list that is answered: the kind can be used, not only named. */
const untilServed = (api: KubeApi, type: (typeof hubKinds)[keyof typeof hubKinds]): Effect.Effect<unknown, KubeError> =>
  Effect.retry(api.list(type), { schedule: Schedule.spaced("100 millis"), times: 100 })

const onSim = ({ connection, kubeconfig, requests }: KubeSim): Omit<HubServer, "api"> => ({
  connection,
  kubeconfig,
  restart: Effect.void,
  writes: Effect.map(
    requests,
    (counts) =>
      new Map(
        Object.entries(counts).filter(([request]) => {
          const [verb = "", resource = ""] = request.split(" ")
          return writeVerbs.has(verb) && written.has(resource.split("/").at(-1) ?? "")
        })
      )
  )
})

const writeVerbs: ReadonlySet<string> = new Set(["create", "update", "patch", "apply", "delete"])

const onReal = Effect.gen(function* () {
  const { connection, kubeconfig, restartApiServer } = yield* startControlPlane("hub")
  const raw = yield* makeRawClient(connection)
  return {
    connection,
    kubeconfig,
    restart: Effect.mapError(restartApiServer("1 second"), ({ message }) => new BenchError({ problem: message })),
    writes: Effect.mapBoth(raw.request("GET", "/metrics"), {
      onSuccess: ({ text }) => countWrites(text),
      onFailure: ({ message }) => new BenchError({ problem: message })
    })
  }
})

/** Reads `apiserver_request_total` of all verbs that write and the kinds that the hub controller writes. */
export const countWrites = (metrics: string): WriteCounts => {
  const counts = new Map<string, number>()
  for (const line of metrics.split("\n")) {
    if (!line.startsWith("apiserver_request_total{")) continue
    const [verb = "", resource = "", subresource = ""] = ["verb", "resource", "subresource"].map(
      (label) => new RegExp(`[{,]${label}="([^"]*)"`, "u").exec(line)?.[1]
    )
    if (!/^(APPLY|POST|PUT|PATCH|DELETE)$/u.test(verb) || !written.has(resource)) continue
    const key = [verb, resource, subresource].filter((part) => part !== "").join(" ")
    counts.set(key, (counts.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(" ") + 1)))
  }
  return counts
}

/** What was written between two counts; `theirs` of it are writes of others. */
export const writesBetween = (before: WriteCounts, after: WriteCounts, theirs: number) => {
  const news = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
  return {
    total: news.reduce((sum, [, count]) => sum + count, 0) - theirs,
    inWords: news.flatMap(([key, count]) => (count === 0 ? [] : [`${count} x ${key}`])).join(", ")
  }
}

/** Makes namespaces, ManagedClusters and ManagedClusterAddOns: what OCM has on a hub for clusters that are alive. */
export const registerClusters = (
  { api }: HubServer,
  clusters: ReadonlyArray<string>,
  namespaces: ReadonlyArray<string>
): Effect.Effect<void, KubeError> =>
  Effect.andThen(
    Effect.forEach(
      [...namespaces, ...clusters],
      (name) => api.create(resources.namespaces, namespaceOf(name)),
      parallel
    ),
    Effect.forEach(
      clusters,
      (cluster) =>
        Effect.forEach(objectsOf(cluster), ({ object, status, type }) =>
          Effect.andThen(
            api.create(type, object),
            api.apply(type, { ...object, status }, { fieldManager: "ocm", subresource: "status", force: true })
          )
        ),
      parallel
    )
  )

const parallel = { concurrency: 16, discard: true } as const

const namespaceOf = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

const objectsOf = (cluster: string) => [
  {
    type: resources.managedClusters,
    object: {
      apiVersion: resources.apiVersionOf(resources.managedClusters),
      kind: "ManagedCluster",
      metadata: { name: cluster },
      spec: { hubAcceptsClient: true }
    },
    status: { conditions: [isTrue("ManagedClusterConditionAvailable")] }
  },
  {
    type: resources.managedClusterAddOns,
    object: {
      apiVersion: resources.apiVersionOf(resources.managedClusterAddOns),
      kind: "ManagedClusterAddOn",
      metadata: { name: labels.addonName, namespace: cluster },
      spec: {}
    },
    status: { conditions: [isTrue("Available")] }
  }
]

const isTrue = (type: string) => ({
  type,
  status: "True",
  reason: "Alive",
  message: "",
  lastTransitionTime: "2026-11-25T12:00:00Z"
})
