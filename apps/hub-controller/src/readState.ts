import { meshesOf } from "@multicluster-mesh/discovery"
import type { CertificateAnswer, ClusterFacts, HubState } from "@multicluster-mesh/federation-planner"
import {
  apiServersOf,
  decodeManagedCluster,
  decodeManagedClusterAddOn,
  decodeManifestWork,
  decodeMesh,
  decodeMeshAgent,
  decodeMeshDeployment,
  decodeMeshFederation,
  decodeMeshPeering,
  isAddOnAvailable,
  isClusterAvailable,
  isDeleting,
  labels,
  type ManagedCluster,
  type ManagedClusterAddOn,
  type ManifestWork,
  type MeshAgent
} from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { agentAge } from "./agentAge.ts"
import { readCertificate } from "./readCertificate.ts"
import type { HubInformers } from "./HubInformers.ts"
import { decodeEach } from "./Received.ts"

/** Something in an agent's report that the hub does not believe. */
export interface Refusal {
  readonly cluster: string
  readonly what: string
  readonly why: string
}

/** What a plan depends on, and what of the agents' reports had to be left out. */
export interface Reading {
  readonly state: HubState
  readonly refused: ReadonlyArray<Refusal>
}

/** Makes the reading of the copies as one state. What has not changed since the last reading is not decoded again. */
export const stateReader = (informers: HubInformers, fleetId: string, addonNamespace: string) => {
  const meshes = decodeEach(decodeMesh)
  const deployments = decodeEach(decodeMeshDeployment)
  const federations = decodeEach(decodeMeshFederation)
  const peerings = decodeEach(decodeMeshPeering)
  const agents = decodeEach(decodeMeshAgent)
  const clusters = decodeEach(decodeManagedCluster)
  const addOns = decodeEach(decodeManagedClusterAddOn)
  const works = decodeEach(decodeManifestWork)
  const found = foundIn()
  const clusterFacts = clusterFactsIn()
  const apiServersOfAll = apiServersIn()

  const read = Effect.gen(function* () {
    const read = {
      meshes: meshes(yield* informers.meshes.list),
      deployments: deployments(yield* informers.deployments.list),
      federations: federations(yield* informers.federations.list),
      peerings: peerings(yield* informers.peerings.list),
      agents: agents(yield* informers.agents.list),
      clusters: clusters(yield* informers.clusters.list),
      addOns: addOns(yield* informers.addOns.list),
      works: works(yield* informers.works.list)
    }
    const facts = clusterFacts(read.clusters.objects, read.addOns.objects, read.agents.objects)
    const apiServers = apiServersOfAll(read.clusters.objects)
    const discovered = facts.map((one) => found(one, apiServers))
    const reading: Reading = {
      state: {
        fleetId,
        addonNamespace,
        now: yield* nowInSeconds,
        clusters: facts,
        meshes: read.meshes.objects,
        deployments: read.deployments.objects,
        federations: read.federations.objects,
        peerings: read.peerings.objects,
        works: read.works.objects,
        found: discovered.flatMap(({ found }) => found),
        certificates: new Map(discovered.flatMap(({ certificates }) => [...certificates])),
        malformed: Object.values(read).flatMap(({ malformed }) => malformed)
      },
      refused: discovered.flatMap(({ refused }) => refused)
    }
    return reading
  })
  /** A received work, decoded; undefined when it cannot be. */
  const workOf = (object: KubeObject): ManifestWork | undefined => works([object]).objects[0]
  return { read, workOf }
}

/** The time as Kubernetes writes it: RFC 3339 in UTC, to the second. */
export const nowInSeconds = Effect.map(DateTime.now, (now) => `${DateTime.formatIso(now).slice(0, 19)}Z`)

/** Makes the joining of what is known of each cluster; while nothing of it changes, it stays the very same value. */
const clusterFactsIn = () => {
  const known = new Map<string, { readonly of: ReadonlyArray<unknown>; readonly facts: ClusterFacts }>()
  return (
    clusters: ReadonlyArray<ManagedCluster>,
    addOns: ReadonlyArray<ManagedClusterAddOn>,
    agents: ReadonlyArray<MeshAgent>
  ): ReadonlyArray<ClusterFacts> => {
    const addOnOf = new Map(addOns.map((addOn) => [addOn.metadata.namespace, addOn]))
    const agentOf = new Map(
      agents.flatMap((agent) =>
        agent.metadata.name === labels.addonName ? [[agent.metadata.namespace, agent] as const] : []
      )
    )
    return clusters.map((cluster) => {
      const { name } = cluster.metadata
      const addOn = addOnOf.get(name)
      const agent = agentOf.get(name)
      const before = known.get(name)
      if (before?.of[0] === cluster && before.of[1] === addOn && before.of[2] === agent) return before.facts
      const age = agentAge(agent?.status?.agentVersion)
      const facts: ClusterFacts = {
        name,
        available: isClusterAvailable(cluster),
        deleting: isDeleting(cluster),
        // an agent that is about to leave works until then
        addOnAvailable: addOn !== undefined && isAddOnAvailable(addOn),
        ...(addOn === undefined ? { addOn: "Missing" } : isDeleting(addOn) ? { addOn: "Leaving" } : {}),
        ...(age === undefined ? {} : { agentAge: age }),
        agent
      }
      known.set(name, { of: [cluster, addOn, agent], facts })
      return facts
    })
  }
}

/** Makes the collection of all clusters' API servers, the hub's own where it manages itself; the same while none changes. */
const apiServersIn = () => {
  let last: ReadonlySet<string> = new Set()
  return (clusters: ReadonlyArray<ManagedCluster>): ReadonlySet<string> => {
    const hosts = new Set(clusters.flatMap(apiServersOf))
    if (hosts.size !== last.size || ![...hosts].every((host) => last.has(host))) last = hosts
    return last
  }
}

/** Makes the reading of what an agent found; a report is read once. */
const foundIn = () => {
  let known = new WeakMap<MeshAgent, ReturnType<typeof readReport>>()
  let knownWith: ReadonlySet<string> | undefined
  return ({ name, agent }: ClusterFacts, apiServers: ReadonlySet<string>) => {
    if (knownWith !== apiServers) known = new WeakMap()
    knownWith = apiServers
    const before = agent && known.get(agent)
    if (before !== undefined) return before
    const result = readReport(name, agent, apiServers)
    if (agent !== undefined) known.set(agent, result)
    return result
  }
}

const readReport = (cluster: string, agent: MeshAgent | undefined, apiServers: ReadonlySet<string>) => {
  const certificates = new Map<string, CertificateAnswer>()
  const report = agent?.status?.report
  if (report === undefined) return { found: [], refused: [], certificates }
  const facts = (pem: string) => {
    const answer = readCertificate(pem)
    certificates.set(pem, answer)
    return answer._tag === "Facts" ? answer.facts : undefined
  }
  const { found, refused } = meshesOf(cluster, report, facts, apiServers)
  return { found, refused: refused.map((refusal): Refusal => ({ cluster, ...refusal })), certificates }
}
