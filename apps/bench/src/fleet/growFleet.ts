import { meshesOf } from "@multicluster-mesh/discovery"
import {
  planHub,
  type CertificateAnswer,
  type ClusterFacts,
  type HubState
} from "@multicluster-mesh/federation-planner"
import {
  canonicalJson,
  type CertificateFacts,
  hashOf,
  keyOf,
  labels,
  type KubeObject,
  type ManifestWork,
  Mesh,
  MeshAgent,
  MeshDeployment,
  MeshFederation,
  MeshPeering,
  type ObjectMeta,
  resources
} from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import { reportOf } from "./reportOf.ts"
import { clustersOf, deploymentsOf, federationsOf, type FleetSize } from "./wishes.ts"

const now = "2026-11-25T12:00:00Z"

/** The state of a hub on which everything is wished that `size` says, and nothing has happened yet. */
const freshFleet = (size: FleetSize): HubState => ({
  fleetId: "fleet",
  addonNamespace: "multicluster-mesh-addon",
  now,
  clusters: clustersOf(size).map((name) => ({
    name,
    available: true,
    deleting: false,
    addOnAvailable: true,
    agent: undefined
  })),
  meshes: [],
  deployments: deploymentsOf(size).map((object) => Schema.decodeUnknownSync(MeshDeployment)(stored(object, undefined))),
  federations: federationsOf(size).map((object) => Schema.decodeUnknownSync(MeshFederation)(stored(object, undefined))),
  peerings: [],
  works: [],
  found: [],
  certificates: new Map(),
  malformed: []
})

/** Plans, writes what is planned and lets the clusters answer at once; returns undefined when there is nothing to do. */
const growOnce = (state: HubState): HubState | undefined => {
  const plan = planHub(state)
  const works = byKey(state.works)
  const meshes = byKey(state.meshes)
  const peerings = byKey(state.peerings)
  const agents = byKey(state.clusters.flatMap(({ agent }) => (agent === undefined ? [] : [agent])))
  let writes = 0
  const put = <A extends Stored>(known: Map<string, A>, object: KubeObject, decode: (value: unknown) => A): void => {
    const before = known.get(keyOf(object))
    if (before !== undefined && isSame(before, object)) return
    writes += 1
    known.set(keyOf(object), decode(stored(object, before)))
  }
  for (const action of plan.objects) {
    if (action._tag !== "ApplyObject") continue
    if (action.object.kind === "Mesh") put(meshes, action.object, Schema.decodeUnknownSync(Mesh))
    if (action.object.kind === "MeshPeering") put(peerings, action.object, Schema.decodeUnknownSync(MeshPeering))
    if (action.object.kind === "MeshAgent") put(agents, action.object, Schema.decodeUnknownSync(MeshAgent))
  }
  for (const action of plan.works) {
    if (action._tag === "DeleteWork") continue
    const { annotations, cluster, labels, name, spec } = action
    const object = { ...work, metadata: { name, namespace: cluster, labels, annotations }, spec }
    put(works, object, () => ({ ...object, metadata: metadataOf(object, works.get(keyOf(object))) }))
  }
  if (writes === 0) return undefined
  return answered({
    ...state,
    works: [...works.values()],
    meshes: [...meshes.values()],
    peerings: [...peerings.values()],
    clusters: state.clusters.map((cluster) => ({
      ...cluster,
      agent: agents.get(`${cluster.name}/${labels.addonName}`)
    }))
  })
}

/** Lets a fleet grow until nothing is to be done any more. */
export const growFleet = (size: FleetSize): HubState => {
  let state = freshFleet(size)
  for (;;) {
    const next = growOnce(state)
    if (next === undefined) return state
    state = next
  }
}

/** The state once every agent has answered what it is asked now. */
const answered = (state: HubState): HubState => {
  const works = Map.groupBy(state.works, ({ metadata }) => metadata.namespace)
  const clusters = state.clusters.map((cluster): ClusterFacts => {
    const { agent, name } = cluster
    if (agent === undefined) return cluster
    const report = reportOf({ name, root: rootOf(name) }, agent.spec, works.get(name) ?? [])
    const status = { observedGeneration: agent.metadata.generation ?? 0, report }
    return canonicalJson(status) === canonicalJson(agent.status) ? cluster : { ...cluster, agent: { ...agent, status } }
  })
  const certificates = new Map<string, CertificateAnswer>()
  const found = clusters.flatMap(({ agent, name }) => {
    const report = agent?.status?.report
    if (report === undefined) return []
    return meshesOf(name, report, (pem) => {
      const facts = factsOf(pem)
      certificates.set(pem, { _tag: "Facts", facts })
      return facts
    }).found
  })
  return { ...state, clusters, certificates, found }
}

type Stored = Mesh | MeshPeering | MeshAgent | ManifestWork

const isSame = (before: Stored, object: KubeObject): boolean => {
  const { annotations = {}, labels = {} } = object.metadata
  return (
    canonicalJson(before.spec) === canonicalJson(object["spec"]) &&
    Object.entries(annotations).every(([key, value]) => before.metadata.annotations?.[key] === value) &&
    Object.entries(labels).every(([key, value]) => before.metadata.labels?.[key] === value)
  )
}

/** As an API server returns it. */
const stored = (object: KubeObject, before: Stored | undefined): unknown => ({
  ...object,
  metadata: metadataOf(object, before),
  ...(before?.status === undefined ? {} : { status: before.status })
})

const metadataOf = (object: { readonly metadata: ObjectMeta }, before: Stored | undefined): ObjectMeta => ({
  ...object.metadata,
  uid: `uid-${keyOf(object)}`,
  generation: (before?.metadata.generation ?? 0) + 1,
  finalizers: [labels.recordFinalizer]
})

const work = { apiVersion: resources.apiVersionOf(resources.manifestWorks), kind: "ManifestWork" } as const

const byKey = <A extends Stored>(objects: ReadonlyArray<A>): Map<string, A> =>
  new Map(objects.map((object) => [keyOf(object), object]))

const rootOf = (cluster: string): string =>
  `-----BEGIN CERTIFICATE-----\n${hashOf(cluster, 64)}\n${hashOf(`${cluster}/2`, 64)}\n-----END CERTIFICATE-----\n`

const factsOf = (pem: string): CertificateFacts => ({
  subject: "O=cluster.local",
  issuer: "O=cluster.local",
  serialNumber: "1",
  fingerprint: hashOf(pem, 64),
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2036-01-01T00:00:00Z",
  isCA: true,
  uris: [],
  dnsNames: []
})
