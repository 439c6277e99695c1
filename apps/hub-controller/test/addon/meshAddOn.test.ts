import { assert, describe } from "@effect/vitest"
import { decodeManifestWork, labels, resources } from "@multicluster-mesh/mesh-model"
import { agentIdentity } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { X509Certificate } from "node:crypto"
import { rootCertificates } from "node:tls"
import {
  clusters,
  conditionOf,
  configure,
  deployWork,
  find,
  hasCondition,
  makeAddOnWorld,
  makeRunningWorld,
  quietly,
  readAddOn,
  start,
  until,
  writeConfig
} from "./addOnWorld.ts"

const agent = { namespace: "open-cluster-management-agent-addon", name: "multicluster-mesh-agent" }
const agentRole = `open-cluster-management:${agent.name}`

const rootCertificate = new X509Certificate(rootCertificates[0] ?? "").toString()
const throughProxy = (bundle: string) => ({
  httpsProxy: "https://proxy:3128",
  caBundle: Buffer.from(bundle).toString("base64")
})

describe("the mesh add-on", () => {
  quietly(
    "deploys its agent, and registers it once its namespace is there",
    Effect.gen(function* () {
      const world = yield* makeRunningWorld
      for (const cluster of clusters) {
        const addOn = yield* until(readAddOn(world, cluster), hasCondition("ManifestApplied"))
        yield* until(readAddOn(world, cluster), hasCondition("RegistrationApplied"))
        assert.strictEqual(addOn.status?.namespace, agent.namespace)
        const { user, groups } = agentIdentity(cluster, labels.addonName)
        const registered = yield* until(readAddOn(world, cluster), (now) => now.status?.registrations !== undefined)
        assert.deepStrictEqual(registered.status?.registrations, [
          { signerName: "kubernetes.io/kube-apiserver-client", subject: { user, groups } }
        ])
        const deployment = yield* world.on(cluster).get(resources.deployments, agent)
        const text = JSON.stringify(deployment["spec"])
        assert.include(text, "example.test/agent:1")
        assert.include(text, `{"name":"MESH_CLUSTER","value":"${cluster}"}`)
      }
      const work = yield* decodeManifestWork(yield* world.hub.get(resources.manifestWorks, deployWork("east")))
      assert.deepStrictEqual(work.spec.deleteOption?.selectivelyOrphans?.orphaningRules, [
        { group: "", resource: "namespaces", name: agent.namespace }
      ])
      assert.strictEqual(work.metadata.ownerReferences?.[0]?.kind, "ManagedClusterAddOn")
      assert.notInclude(JSON.stringify(work.spec), '"secrets"')
    })
  )

  quietly(
    "gives each agent, and nobody else, its own MeshAgent on the hub",
    Effect.gen(function* () {
      const world = yield* makeRunningWorld
      for (const namespace of clusters) {
        yield* until(readAddOn(world, namespace), hasCondition("RegistrationApplied"))
        const ref = { namespace, name: "open-cluster-management:multicluster-mesh:agent" }
        const role = yield* world.hub.get(resources.roles, ref)
        const binding = yield* world.hub.get(resources.roleBindings, ref)
        const { user } = agentIdentity(namespace, labels.addonName)
        const addOn = yield* readAddOn(world, namespace)
        assert.strictEqual(role.metadata.ownerReferences?.[0]?.uid, addOn.metadata.uid)
        assert.deepStrictEqual(binding["subjects"], [
          { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }
        ])
        assert.deepStrictEqual(role["rules"], [
          {
            apiGroups: [labels.group],
            resources: ["meshagents"],
            resourceNames: [labels.addonName],
            verbs: ["list", "watch"]
          },
          {
            apiGroups: [labels.group],
            resources: ["meshagents/status"],
            resourceNames: [labels.addonName],
            verbs: ["patch"]
          }
        ])
      }
    })
  )

  quietly(
    "says what is wrong with its configuration, and deploys nothing",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorld
      const written = yield* writeConfig(world, { LOG_LEVEL: "info" })
      yield* configure(world, "east", written)
      yield* start(world)
      const addOn = yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "ManifestApplied")?.reason === "ManifestWorkApplyFailed"
      )
      assert.include(conditionOf(addOn, "ManifestApplied")?.message ?? "", "AGENT_IMAGE is not set")
      assert.isUndefined(yield* find(world.hub, resources.manifestWorks, deployWork("east")))
      const west = yield* until(
        readAddOn(world, "west"),
        (addOn) => conditionOf(addOn, "ManifestApplied") !== undefined
      )
      assert.include(conditionOf(west, "ManifestApplied")?.message ?? "", "waits for OCM to choose")
    })
  )

  quietly(
    "lets agents list Secrets only where an administrator says so",
    Effect.gen(function* () {
      const world = yield* makeRunningWorld
      const mayListSecrets = (cluster: string) =>
        Effect.map(find(world.on(cluster), resources.clusterRoles, { name: agentRole }), (role) =>
          role === undefined ? undefined : JSON.stringify(role["rules"]).includes('"secrets"')
        )
      for (const cluster of clusters) yield* until(mayListSecrets(cluster), (may) => may === false)
      const wrong = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1", LIST_SECRETS: "yes" })
      yield* configure(world, "east", wrong)
      const refused = yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "ManifestApplied")?.reason === "ManifestWorkApplyFailed"
      )
      assert.include(conditionOf(refused, "ManifestApplied")?.message ?? "", "LIST_SECRETS is yes")
      assert.isFalse(yield* mayListSecrets("east"))
      const allowed = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1", LIST_SECRETS: "true" })
      yield* configure(world, "east", allowed)
      yield* until(mayListSecrets("east"), (may) => may === true)
      assert.isFalse(yield* mayListSecrets("west"))
    })
  )

  quietly(
    "gives the agent what its proxy's certificates are signed by; a bundle that is none is the trouble of one cluster",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorld
      const image = { AGENT_IMAGE: "example.test/agent:1" }
      const broken = yield* writeConfig(world, image, { name: "broken", proxyConfig: throughProxy("hello") })
      yield* configure(world, "east", broken)
      yield* configure(world, "west", yield* writeConfig(world, image, { proxyConfig: throughProxy(rootCertificate) }))
      yield* start(world)
      const ref = { namespace: agent.namespace, name: "multicluster-mesh-proxy-ca" }
      const configMap = yield* until(find(world.on("west"), resources.configMaps, ref), (found) => found !== undefined)
      assert.deepStrictEqual(configMap?.["data"], { "ca-bundle.crt": rootCertificate })
      const deployment = yield* until(
        find(world.on("west"), resources.deployments, agent),
        (found) => found !== undefined
      )
      const text = JSON.stringify(deployment?.["spec"])
      for (const [name, value] of [
        ["HTTPS_PROXY", "https://proxy:3128"],
        ["CA_BUNDLE_FILE_PATH", "/managed/proxy-ca/ca-bundle.crt"]
      ])
        assert.include(text, JSON.stringify({ name, value }))
      const east = yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "ManifestApplied")?.reason === "ManifestWorkApplyFailed"
      )
      assert.include(conditionOf(east, "ManifestApplied")?.message ?? "", "broken: proxyConfig.caBundle is no bundle")
      assert.isUndefined(yield* find(world.hub, resources.manifestWorks, deployWork("east")))

      // put right, it goes on by itself
      const better = yield* writeConfig(world, image, { name: "broken", proxyConfig: throughProxy(rootCertificate) })
      yield* configure(world, "east", better)
      yield* until(find(world.on("east"), resources.configMaps, ref), (found) => found !== undefined)
    })
  )

  quietly(
    "rolls a change out to a cluster when OCM says so, and not before",
    Effect.gen(function* () {
      const world = yield* makeRunningWorld
      const imageOn = (cluster: string) =>
        Effect.map(
          find(world.on(cluster), resources.deployments, agent),
          (deployment) => /agent:\d/u.exec(JSON.stringify(deployment ?? {}))?.[0]
        )
      for (const cluster of clusters) yield* until(imageOn(cluster), (image) => image === "agent:1")
      const changed = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:2" })
      yield* until(readAddOn(world, "west"), (addOn) =>
        (conditionOf(addOn, "ManifestApplied")?.message ?? "").includes("its rollout has not come")
      )
      yield* configure(world, "east", changed)
      yield* until(imageOn("east"), (image) => image === "agent:2")
      assert.strictEqual(yield* imageOn("west"), "agent:1")
      yield* configure(world, "west", changed)
      yield* until(imageOn("west"), (image) => image === "agent:2")
    })
  )

  quietly(
    "writes nothing while nothing changes, also after a restart",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorld
      const written = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" })
      for (const cluster of clusters) yield* configure(world, cluster, written)
      const first = yield* start(world)
      for (const cluster of clusters) {
        yield* until(readAddOn(world, cluster), hasCondition("ManifestApplied"))
        yield* until(readAddOn(world, cluster), hasCondition("RegistrationApplied"))
      }
      yield* Effect.sleep("700 millis")
      yield* Fiber.interrupt(first)
      const before = (yield* world.hubSim.writes).length
      yield* start(world)
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual((yield* world.hubSim.writes).slice(before), [])
    })
  )

  quietly(
    "leaves its install namespace and nothing else when it goes, and comes back with an add-on of the same name",
    Effect.gen(function* () {
      const world = yield* makeRunningWorld
      yield* until(readAddOn(world, "east"), hasCondition("ManifestApplied"))
      const { metadata } = yield* readAddOn(world, "east")
      yield* world.ocm.setAddOnInstalled("east", false)
      yield* until(find(world.on("east"), resources.deployments, agent), (deployment) => deployment === undefined)
      yield* until(find(world.hub, resources.manifestWorks, deployWork("east")), (work) => work === undefined)
      yield* world.on("east").get(resources.namespaces, { name: agent.namespace })
      const ref = { namespace: "east", name: "open-cluster-management:multicluster-mesh:agent" }
      yield* until(find(world.hub, resources.roles, ref), (role) => role === undefined)

      yield* world.ocm.setAddOnInstalled("east", true)
      const addOnRef = { namespace: "east", name: labels.addonName }
      yield* until(
        find(world.hub, resources.managedClusterAddOns, addOnRef),
        (addOn) => addOn !== undefined && addOn.metadata.uid !== metadata.uid
      )
      yield* configure(world, "east", yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" }))
      yield* until(find(world.on("east"), resources.deployments, agent), (deployment) => deployment !== undefined)
    })
  )
})
