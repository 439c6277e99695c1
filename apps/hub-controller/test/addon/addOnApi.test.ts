import { assert, describe } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import { addOnApis, agentIdentity, kubeClientSigner } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { askForCertificate } from "./askForCertificate.ts"
import {
  clusters,
  conditionOf,
  configure,
  deployWork,
  find,
  hasCondition,
  makeAddOnWorldWith,
  quietly,
  readAddOn,
  start,
  until,
  writeConfig
} from "./addOnWorld.ts"

const agent = { namespace: "open-cluster-management-agent-addon", name: "multicluster-mesh-agent" }
const managedClusterAddOns = addOnApis.v1beta1.typeOf(resources.managedClusterAddOns)
const clusterManagementAddOns = addOnApis.v1beta1.typeOf(resources.clusterManagementAddOns)
const onEast = { namespace: "east", name: labels.addonName }

describe("on a hub that serves v1beta1 alone", () => {
  quietly(
    "the add-on is deployed, registered, configured and removed, in no other shape, and rests in between",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorldWith("v1beta1")
      const { hub, hubSim, ocm } = world
      yield* hub.create(clusterManagementAddOns, {
        apiVersion: "addon.open-cluster-management.io/v1beta1",
        kind: "ClusterManagementAddOn",
        metadata: { name: labels.addonName },
        spec: {}
      })
      const reference = { group: managedClusterAddOns.group, resource: resources.addOnDeploymentConfigs.plural }
      const desiredConfig = { namespace: "default", name: "mesh-default" }
      const defaults = Effect.map(
        hub.get(clusterManagementAddOns, { name: labels.addonName }),
        (object) => object["status"]
      )
      yield* hub.patch(
        clusterManagementAddOns,
        { name: labels.addonName },
        { status: { defaultConfigReferences: [{ ...reference, desiredConfig }] } },
        { subresource: "status" }
      )
      const config = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" })
      for (const cluster of clusters) yield* configure(world, cluster, config)
      yield* askForCertificate(world, "east-asks")
      const first = yield* start(world)

      // what OCM's registration agent writes, in the midst of what is ours
      yield* until(readAddOn(world, "east"), ({ status }) => status?.registrations !== undefined)
      const { user, groups } = agentIdentity("east", labels.addonName)
      const registration = (driver?: string) => ({
        type: "kubeClient",
        kubeClient: { subject: { user, groups }, ...(driver !== undefined && { driver }) }
      })
      const status = Effect.map(hub.get(managedClusterAddOns, onEast), (object) => object["status"])
      assert.deepInclude(yield* status, { registrations: [registration()] })
      yield* hub.patch(
        managedClusterAddOns,
        onEast,
        { status: { registrations: [registration("csr")] } },
        { subresource: "status" }
      )
      for (const cluster of clusters) yield* until(readAddOn(world, cluster), hasCondition("RegistrationApplied"))
      yield* until(readAddOn(world, "east"), hasCondition("ManifestApplied"))
      yield* until(find(world.on("east"), resources.deployments, agent), (found) => found !== undefined)
      yield* until(defaults, (status) => JSON.stringify(status).includes('"specHash"'))
      yield* until(hub.get(resources.certificateSigningRequests, { name: "east-asks" }), ({ status }) =>
        JSON.stringify(status ?? {}).includes('"Approved"')
      )
      assert.deepInclude(yield* status, { registrations: [registration("csr")] })

      const written = Effect.map(hubSim.writes, ({ length }) => length)
      const atRest = Effect.zipWith(written, Effect.delay(written, "700 millis"), (before, after) => before === after)
      yield* Effect.repeat(atRest, { until: (rests) => rests })
      yield* Fiber.interrupt(first)
      const before = yield* written
      yield* start(world)
      yield* Effect.sleep("1 second")
      assert.deepStrictEqual((yield* hubSim.writes).slice(before), [])

      const work = yield* hub.get(resources.manifestWorks, deployWork("east"))
      assert.strictEqual(work.metadata.ownerReferences?.[0]?.apiVersion, "addon.open-cluster-management.io/v1beta1")
      yield* ocm.setAddOnInstalled("east", false)
      yield* until(find(hub, resources.manifestWorks, deployWork("east")), (found) => found === undefined)
      yield* until(find(world.on("east"), resources.deployments, agent), (found) => found === undefined)
    })
  )
})

describe("a registration agent that uses tokens, in v1beta1", () => {
  quietly(
    "is believed only where it names the ServiceAccount of its own cluster",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorldWith("v1beta1")
      const config = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" })
      yield* configure(world, "east", config)
      yield* start(world)
      const registrationsOf = Effect.map(readAddOn(world, "east"), ({ status }) => status?.registrations ?? [])
      yield* until(registrationsOf, (registrations) => registrations.length > 0)
      const claim = (user: string) =>
        world.hub.patch(
          managedClusterAddOns,
          onEast,
          { status: { registrations: [{ type: "kubeClient", kubeClient: { driver: "token", subject: { user } } }] } },
          { subresource: "status" }
        )
      const subjects = Effect.map(world.hub.list(resources.roleBindings, { namespace: "east" }), ({ items }) =>
        JSON.stringify(items.map((binding) => binding["subjects"]))
      )
      const stranger = `system:serviceaccount:west:${labels.addonName}-agent`
      yield* claim(stranger)
      yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "RegistrationApplied")?.reason === "PermissionConfigPending"
      )
      const { kubeClientDriver, registrations } = (yield* readAddOn(world, "east")).status ?? {}
      assert.deepStrictEqual([kubeClientDriver, registrations], ["token", [{ signerName: kubeClientSigner }]])
      assert.notInclude(yield* subjects, stranger)
      const own = `system:serviceaccount:east:${labels.addonName}-agent`
      yield* claim(own)
      yield* until(readAddOn(world, "east"), hasCondition("RegistrationApplied"))
      yield* until(subjects, (text) => text.includes(own))
    })
  )
})

describe("on a hub that stops to serve v1alpha1", () => {
  quietly(
    "what the add-on owns is given an owner that the garbage collector finds",
    Effect.gen(function* () {
      const world = yield* makeAddOnWorldWith("v1beta1")
      const config = yield* writeConfig(world, { AGENT_IMAGE: "example.test/agent:1" })
      yield* configure(world, "east", config)
      const first = yield* start(world)
      const ownerOf = Effect.map(
        find(world.hub, resources.manifestWorks, deployWork("east")),
        (work) => work?.metadata.ownerReferences?.[0]
      )
      const now = yield* until(ownerOf, (owner) => owner !== undefined)
      yield* Fiber.interrupt(first)
      const before = { ...now, apiVersion: "addon.open-cluster-management.io/v1alpha1" }
      yield* world.hub.patch(resources.manifestWorks, deployWork("east"), { metadata: { ownerReferences: [before] } })
      yield* start(world)
      yield* until(ownerOf, (owner) => owner?.apiVersion === "addon.open-cluster-management.io/v1beta1")
    })
  )
})
