import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import { type ControlPlane, makeRawClient, type RawClient, TestenvError } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import type { World } from "../../src/World.ts"
import { makeRealWorld } from "../realWorld.ts"
import type { Arena } from "./Arena.ts"
import { plantUsers } from "./plantUsers.ts"
import { realFaults } from "./realFaults.ts"
import { productGroup, startRealProduct } from "./RealProduct.ts"
import { stageClusters } from "./stages.ts"

/** The world on real API servers, with the product as processes. */
export const makeRealArena = Effect.gen(function* () {
  const world = yield* makeRealWorld({ clusters: stageClusters, speed: 60 })
  const users = yield* plantUsers(world)
  yield* world.hub.apply(bindings, productIsAdmin, { fieldManager: "helm" })
  const product = yield* startRealProduct(world)
  const arena: Arena = {
    world,
    users,
    faults: realFaults(world, product),
    misdeeds: product.misdeeds,
    countWrites: yield* writesByMetrics(world),
    // longer than the resync of the agents and the lease's renewal
    quietMillis: 4000,
    patienceMillis: 100_000
  }
  return arena
})

const bindings: ResourceType = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false
}

/** What its rights are is not the question here. */
const productIsAdmin: KubeObject = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "product" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: productGroup }]
}

/** Counts by the API servers' own metrics, so that writes that change nothing count, too. */
const writesByMetrics = Effect.fnUntraced(function* (world: World<ControlPlane>) {
  const servers = yield* Effect.forEach([{ name: "hub", sim: world.hubSim }, ...world.clusters], ({ name, sim }) =>
    Effect.map(makeRawClient(sim.connection), (raw) => ({ name, raw }))
  )
  const count = Effect.map(
    Effect.forEach(servers, ({ name, raw }) => writesOf(name, raw)),
    (all) => new Map(all.flat())
  )
  return Effect.map(count, (before) =>
    Effect.map(count, (after) =>
      [...after].flatMap(([write, times]) => {
        const more = times - (before.get(write) ?? 0)
        return more > 0 ? [`${more} × ${write}`] : []
      })
    )
  )
})

const writeVerbs = /verb="(POST|PUT|PATCH|APPLY|DELETE|DELETECOLLECTION)"/u
/** What API servers, and who leads, write for themselves. */
const ofItsOwn = /resource="(leases|flowschemas|prioritylevelconfigurations|[a-z]*reviews)"/u

const writesOf = Effect.fnUntraced(function* (server: string, raw: RawClient) {
  const { status, text } = yield* raw.request("GET", "/metrics")
  if (status !== 200) return yield* new TestenvError({ part: server, problem: `/metrics says ${status}` })
  return text.split("\n").flatMap((line): ReadonlyArray<readonly [string, number]> => {
    if (!line.startsWith("apiserver_request_total{") || !writeVerbs.test(line) || ofItsOwn.test(line)) return []
    const end = line.lastIndexOf("}")
    return [[`${server} ${line.slice("apiserver_request_total".length, end + 1)}`, Number(line.slice(end + 1))]]
  })
})
