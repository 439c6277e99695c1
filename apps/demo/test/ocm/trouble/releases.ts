import { assert } from "@effect/vitest"
import { agentVersion } from "@multicluster-mesh/agent"
import { canonicalJson, decodeManifestWork, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { statusOf } from "../../../src/until.ts"
import { deploymentFor } from "../../observing.ts"
import { lateMember } from "../../faults/stages.ts"
import { installChart } from "../chart.ts"
import { patiently, untilTrue } from "../patiently.ts"
import { missingTag } from "../runDeployment.ts"
import { agentOn, clusters, klusterletOn, stageNamed, type TroubledWorld } from "./TroubledWorld.ts"

/** The release so many minor ones after that of the sources. */
const later = (minors: number): string => {
  const [major, minor, patch] = agentVersion.split(".").map(Number)
  return `${major}.${(minor ?? 0) + minors}.${patch}`
}

/** What `helm upgrade` brings, where hub controller and agents are not of the same release. */
const upgrade = ({ world }: TroubledWorld, hub: string, agents: string, ...values: ReadonlyArray<string>) =>
  installChart(world.hubSim, `hubController.image.tag=${hub}`, `agent.image.tag=${agents}`, ...values)

const oneByOne = ["type=Progressive", "progressive.maxConcurrency=1"].map((value) => `addOn.rolloutStrategy.${value}`)
const members = ["mesh-bookinfo"]
const [first, second] = clusters

/**
 * A hub controller that is one release ahead of the agents serves them; one that is two ahead changes nothing, whatever
 * is wished. It stays like that.
 */
export const upgradeHub = Effect.fnUntraced(function* (troubled: TroubledWorld) {
  const { users, world } = troubled
  yield* stageNamed("deploy").act(world.hub)
  yield* untilTrue("the meshes are there", stageNamed("deploy").done(world))
  const theirs = yield* users.everything

  yield* upgrade(troubled, later(1), later(0))
  yield* untilMeshesSay(world.hub, "True AgentOutdated")
  yield* wish(world.hub, [...members, lateMember])
  yield* untilMembersAre(troubled, [...members, lateMember])

  yield* upgrade(troubled, later(2), later(0))
  yield* untilMeshesSay(world.hub, "Unknown AgentTooOld")
  const before = yield* worksOn(world.hub)
  yield* wish(world.hub, members)
  yield* untilTrue("the hub controller knows of the wish", isHeard(world.hub))
  assert.deepStrictEqual(yield* worksOn(world.hub), before)
  assert.strictEqual(yield* users.everything, theirs)
})

/**
 * Agents follow the hub controller as OCM's rollout says: one cluster after the other, so that an image that is missing
 * comes to the first one alone, where the old agent goes on. All that was wished meanwhile comes true, and so it does
 * when first the hub controller goes back, and then the agents.
 */
export const upgradeAgents = Effect.fnUntraced(function* (troubled: TroubledWorld) {
  const { users, world } = troubled
  const { hub } = world
  const theirs = yield* users.everything
  const frozen = klusterletOn(troubled, first).work
  const others = clusters.filter((cluster) => cluster !== first)

  const { pid } = yield* agentOn(troubled, first).running
  yield* upgrade(troubled, later(2), missingTag, ...oneByOne)
  yield* patiently("the new image is on its way to the first cluster", delivers(hub, missingTag, [first]))
  yield* untilTrue("its pod is not there", hasPods(hub, first, 2))
  yield* untilTrue("OCM waits for that cluster", waits(hub, first))
  yield* Effect.sleep("3 seconds")
  assert.deepStrictEqual(
    yield* releasesOf(hub, others),
    others.map(() => later(0))
  )
  assert.strictEqual((yield* agentOn(troubled, first).running).pid, pid)
  yield* upgrade(troubled, later(2), later(2), ...oneByOne)
  yield* patiently("the new agent is everywhere", delivers(hub, later(2), clusters))
  yield* untilMeshesSay(hub, "True Reporting")
  yield* untilMembersAre(troubled, members)

  yield* upgrade(troubled, later(1), later(2))
  yield* untilMeshesSay(hub, "True AgentNewer")
  yield* wish(hub, [...members, lateMember])
  yield* untilMembersAre(troubled, [...members, lateMember])

  yield* frozen.signal("SIGSTOP")
  yield* upgrade(troubled, later(0), later(0))
  yield* untilMeshesSay(hub, "Unknown AgentTooNew", first)
  yield* untilMeshesSay(hub, "True Reporting", second)
  yield* wish(hub, members)
  yield* frozen.signal("SIGCONT")
  yield* untilMeshesSay(hub, "True Reporting")
  yield* untilMembersAre(troubled, members)
  assert.strictEqual(yield* users.everything, theirs)
})

const wish = (hub: KubeApi, meshMemberRoll: ReadonlyArray<string>) => {
  const deployment = deploymentFor(first, second)
  const spec = Predicate.isReadonlyObject(deployment["spec"]) ? deployment["spec"] : {}
  const wished = { ...deployment, spec: { ...spec, meshMemberRoll } }
  return hub.apply(resources.meshDeployments, wished, { fieldManager: "kubectl" })
}

/** Whether each condition of the MeshDeployment speaks of what is wished now. */
const isHeard = (hub: KubeApi) =>
  Effect.map(hub.list(resources.meshDeployments), ({ items }) =>
    items.every((deployment) => {
      const { conditions = [] } = statusOf(deployment)
      return (
        conditions.length > 0 &&
        conditions.every(({ observedGeneration }) => observedGeneration === deployment.metadata.generation)
      )
    })
  )

/** Waits until each Mesh, or each on a cluster, says that of its cluster. */
const untilMeshesSay = (hub: KubeApi, wanted: string, cluster?: string) =>
  patiently(
    `each Mesh says ${wanted}`,
    Effect.map(hub.list(resources.meshes), ({ items }) => {
      const others = items
        .filter(({ metadata }) => cluster === undefined || metadata.namespace === cluster)
        .flatMap((mesh) => {
          const said = statusOf(mesh).conditions?.find(({ type }) => type === "Reporting")
          const line = `${said?.status} ${said?.reason}`
          return line === wanted ? [] : [`${mesh.metadata.name}: ${line}`]
        })
      return { done: items.length > 0 && others.length === 0, progress: others }
    })
  )

const isMembers = Schema.is(Schema.Struct({ members: Schema.Array(Schema.String) }))

/** Waits until our mesh on both clusters has these members. */
const untilMembersAre = ({ world }: TroubledWorld, wanted: ReadonlyArray<string>) => {
  const roll = { namespace: "mesh-system", name: "default" }
  const look = Effect.forEach([first, second], (cluster) =>
    Effect.map(world.on(cluster).api.get(resources.memberRolls, roll), ({ spec }) =>
      isMembers(spec) ? [...spec.members].sort().join() : ""
    )
  )
  return patiently(
    `the meshes have the members ${wanted.join()}`,
    Effect.map(look, (seen) => ({
      done: seen.every((members) => members === [...wanted].sort().join()),
      progress: seen
    }))
  )
}

/** All works, as lines that change with any change of what they carry. */
const worksOn = (hub: KubeApi) =>
  Effect.map(hub.list(resources.manifestWorks), ({ items }) =>
    items
      .map(
        (work) => `${work.metadata.namespace} ${work.metadata.name} ${work.metadata.uid} ${canonicalJson(work["spec"])}`
      )
      .sort()
  )

const Manifests = Schema.Struct({ workload: Schema.Struct({ manifests: Schema.Array(Schema.Unknown) }) })
const isWork = Schema.is(Manifests)
const isAgent = Schema.is(
  Schema.Struct({
    kind: Schema.Literal("Deployment"),
    spec: Schema.Struct({
      template: Schema.Struct({
        spec: Schema.Struct({ containers: Schema.Tuple([Schema.Struct({ image: Schema.String })]) })
      })
    })
  })
)

/** Which release of the agent the works bring to each of the clusters. */
const releasesOf = (hub: KubeApi, wanted: ReadonlyArray<string>) =>
  Effect.map(hub.list(resources.manifestWorks), ({ items }) =>
    wanted.map((cluster) => {
      const images = items
        .filter(({ metadata }) => metadata.namespace === cluster)
        .flatMap(({ spec }) => (isWork(spec) ? spec.workload.manifests : []))
        .flatMap((manifest) => (isAgent(manifest) ? [manifest.spec.template.spec.containers[0].image] : []))
      return images.map((image) => image.slice(image.lastIndexOf(":") + 1)).join()
    })
  )

const delivers = (hub: KubeApi, release: string, wanted: ReadonlyArray<string>) =>
  Effect.map(releasesOf(hub, wanted), (releases) => ({
    done: releases.every((one) => one === release),
    progress: releases
  }))

/** Whether the hub knows of so many pods of the agent on a cluster. */
const hasPods = (hub: KubeApi, cluster: string, pods: number) =>
  Effect.flatMap(hub.list(resources.manifestWorks, { namespace: cluster }), ({ items }) =>
    Effect.map(
      Effect.forEach(items, (work) => decodeManifestWork(work)),
      (works) =>
        works
          .flatMap(({ status }) => status?.resourceStatus?.manifests ?? [])
          .flatMap(({ statusFeedback }) => statusFeedback?.values ?? [])
          .some(({ fieldValue, name }) => name === "Pods" && fieldValue.integer === pods)
    )
  )

/** Whether OCM sees the add-on on a cluster on its way to another configuration. */
const waits = (hub: KubeApi, cluster: string) =>
  Effect.map(
    hub.get(resources.managedClusterAddOns, { namespace: cluster, name: labels.addonName }),
    (addOn: KubeObject) =>
      statusOf(addOn).conditions?.some(
        ({ reason, status, type }) => type === "Progressing" && status === "True" && reason === "Progressing"
      ) ?? false
  )
