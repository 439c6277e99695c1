import { assert, describe } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type AddOn, addOnKeys, agentIdentity, ManifestsRefused } from "@multicluster-mesh/ocm-transport/addon"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { askForCertificate } from "./askForCertificate.ts"
import {
  type AddOnWorld,
  clusters,
  conditionOf,
  configure,
  deployWork,
  find,
  hasCondition,
  makeAddOnWorld,
  quietly,
  readAddOn,
  start,
  until
} from "./addOnWorld.ts"

const configMap = (name: string, annotations: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default", annotations },
  data: { of: "the add-on" }
})

const small: AddOn = { name: labels.addonName, manifests: () => Effect.succeed([configMap("agent")]) }

const configured = Effect.gen(function* () {
  const world = yield* makeAddOnWorld
  for (const cluster of clusters) yield* configure(world, cluster)
  return world
})

const conditionsOf = ({ hub }: AddOnWorld, name: string) =>
  Effect.map(hub.get(resources.certificateSigningRequests, { name }), (object) =>
    JSON.stringify(object["status"] ?? {})
  )

const eventsOf = ({ hub }: AddOnWorld, reason: string) =>
  Effect.map(hub.list(resources.events), ({ items }) => items.filter((event) => event["reason"] === reason))

describe("runAddOn", () => {
  quietly(
    "approves what a cluster's agent asks for itself, and says what it refuses to another",
    Effect.gen(function* () {
      const world = yield* configured
      yield* askForCertificate(world, "honest")
      yield* askForCertificate(world, "attack", { by: "east2" })
      yield* start(world, { ...small, registration: {} })
      yield* until(conditionsOf(world, "honest"), (status) => status.includes('"Approved"'))
      const [event] = yield* until(eventsOf(world, "NotApproved"), (events) => events.length > 0)
      assert.include(String(event?.["message"]), "east2:agent does not speak for cluster east")
      assert.notInclude(yield* conditionsOf(world, "attack"), "Approved")
    })
  )

  quietly(
    "approves a request that came before the cluster had the add-on",
    Effect.gen(function* () {
      const world = yield* configured
      yield* world.ocm.setAddOnInstalled("east", false)
      yield* askForCertificate(world, "early")
      yield* start(world, { ...small, registration: {} })
      yield* until(eventsOf(world, "NotApproved"), (events) => events.length > 0)
      yield* world.ocm.setAddOnInstalled("east", true)
      yield* until(conditionsOf(world, "early"), (status) => status.includes('"Approved"'))
    })
  )

  quietly(
    "goes on with the other clusters when the manifests of one are refused, or have a bug",
    Effect.gen(function* () {
      const world = yield* configured
      const failures = {
        refused: Effect.fail(new ManifestsRefused({ problem: "no room in east" })),
        bug: Effect.die(new Error("undefined is not a function"))
      }
      for (const [name, failure] of Object.entries(failures)) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* start(world, {
              ...small,
              manifests: ({ addOn }) =>
                addOn.metadata.namespace === "east" ? failure : Effect.succeed([configMap(name)])
            })
            yield* until(
              find(world.on("west"), resources.configMaps, { name, namespace: "default" }),
              (found) => found !== undefined
            )
            const east = yield* until(readAddOn(world, "east"), (addOn) =>
              (conditionOf(addOn, "ManifestApplied")?.message ?? "").includes(
                name === "bug" ? "a bug in the manifests of the add-on: undefined" : "no room in east"
              )
            )
            assert.strictEqual(conditionOf(east, "ManifestApplied")?.reason, "ManifestWorkApplyFailed")
          })
        )
      }
    })
  )

  quietly(
    "repairs what others change in its work, and takes back what it no longer wants",
    Effect.gen(function* () {
      const world = yield* configured
      let names = ["one", "two"]
      const addOn: AddOn = { ...small, manifests: () => Effect.sync(() => names.map((name) => configMap(name))) }
      yield* start(world, addOn)
      const on = (name: string) => find(world.on("east"), resources.configMaps, { name, namespace: "default" })
      yield* until(on("two"), (found) => found !== undefined)
      names = ["one"]
      const ref = deployWork("east")
      yield* world.hub.patch(resources.manifestWorks, ref, { spec: { workload: { manifests: [configMap("other")] } } })
      yield* until(on("two"), (found) => found === undefined)
      yield* until(on("other"), (found) => found === undefined)
      yield* until(on("one"), (found) => found !== undefined)
    })
  )

  quietly(
    "waits with a removal for what must happen before it",
    Effect.gen(function* () {
      const world = yield* configured
      const done = yield* Deferred.make<void>()
      yield* start(world, {
        ...small,
        preDelete: {
          check: () =>
            Effect.map(Deferred.isDone(done), (done) => ({ done, message: "the meshes are still federated" }))
        }
      })
      yield* until(readAddOn(world, "east"), ({ metadata }) => (metadata.finalizers ?? []).length > 0)
      yield* until(readAddOn(world, "east"), hasCondition("ManifestApplied"))
      yield* world.ocm.setAddOnInstalled("east", false)
      yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "HookManifestCompleted")?.message === "the meshes are still federated"
      )
      assert.isDefined(yield* find(world.hub, resources.manifestWorks, deployWork("east")))
      yield* Deferred.succeed(done, undefined)
      const ref = { namespace: "east", name: labels.addonName }
      yield* until(find(world.hub, resources.managedClusterAddOns, ref), (addOn) => addOn === undefined)
      yield* until(find(world.hub, resources.manifestWorks, deployWork("east")), (work) => work === undefined)
    })
  )

  quietly(
    "holds an add-on only while something must happen before it goes, and lets it go without its configuration",
    Effect.gen(function* () {
      const world = yield* configured
      let needed = true
      const finalizers = Effect.map(readAddOn(world, "east"), ({ metadata }) => metadata.finalizers ?? [])
      yield* start(world, {
        ...small,
        manifests: () =>
          needed ? Effect.succeed([configMap("agent")]) : Effect.fail(new ManifestsRefused({ problem: "no image" })),
        preDelete: {
          isNeeded: (cluster) => Effect.sync(() => needed && cluster === "east"),
          check: () => Effect.sync(() => ({ done: !needed, message: "not yet" }))
        }
      })
      yield* until(finalizers, (list) => list.length > 0)
      yield* until(readAddOn(world, "west"), hasCondition("ManifestApplied"))
      assert.deepStrictEqual((yield* readAddOn(world, "west")).metadata.finalizers ?? [], [])
      yield* world.ocm.setAddOnInstalled("east", false)
      yield* until(readAddOn(world, "east"), (addOn) => conditionOf(addOn, "HookManifestCompleted") !== undefined)
      needed = false
      const ref = { namespace: "east", name: labels.addonName }
      yield* until(find(world.hub, resources.managedClusterAddOns, ref), (addOn) => addOn === undefined)
    })
  )

  quietly(
    "gives a removal up in time, so that a cluster that never comes back keeps nothing on the hub",
    Effect.gen(function* () {
      const world = yield* configured
      const hook = {
        ...configMap("farewell", { [addOnKeys.preDeleteAnnotation]: "" }),
        apiVersion: "batch/v1",
        kind: "Job"
      }
      const addOn: AddOn = { ...small, manifests: () => Effect.succeed([configMap("agent"), hook]) }
      yield* start(world, addOn, { preDeleteLimit: "2 seconds" })
      yield* until(readAddOn(world, "east"), ({ metadata }) => (metadata.finalizers ?? []).length > 0)
      yield* world.ocm.setAvailable("east", false)
      yield* world.ocm.setAddOnInstalled("east", false)
      const ref = { namespace: "east", name: `addon-${labels.addonName}-pre-delete` }
      yield* until(find(world.hub, resources.manifestWorks, ref), (work) => work !== undefined)
      const addOnRef = { namespace: "east", name: labels.addonName }
      yield* until(find(world.hub, resources.managedClusterAddOns, addOnRef), (addOn) => addOn === undefined)
      yield* until(eventsOf(world, "PreDeleteGivenUp"), (events) => events.length > 0)
    })
  )

  quietly(
    "registers a token's ServiceAccount only under the name that OCM gives it",
    Effect.gen(function* () {
      const world = yield* configured
      yield* start(world, { ...small, registration: {}, hubPermissions: { clusterRoles: ["view"] } })
      const ref = { namespace: "east", name: labels.addonName }
      const claim = (user: string) =>
        world.hub.patch(
          resources.managedClusterAddOns,
          ref,
          {
            status: {
              kubeClientDriver: "token",
              registrations: [{ signerName: "kubernetes.io/kube-apiserver-client", subject: { user } }]
            }
          },
          { subresource: "status" }
        )
      const subjects = Effect.map(world.hub.list(resources.roleBindings, { namespace: "east" }), ({ items }) =>
        JSON.stringify(items.map((binding) => binding["subjects"]))
      )
      yield* claim("system:serviceaccount:west:multicluster-mesh-agent")
      yield* until(
        readAddOn(world, "east"),
        (addOn) => conditionOf(addOn, "RegistrationApplied")?.reason === "PermissionConfigPending"
      )
      assert.notInclude(yield* subjects, "west")
      yield* claim("system:serviceaccount:east:multicluster-mesh-agent")
      yield* until(readAddOn(world, "east"), hasCondition("RegistrationApplied"))
      yield* until(subjects, (text) => text.includes("system:serviceaccount:east:multicluster-mesh-agent"))
      assert.notInclude(yield* subjects, agentIdentity("east", labels.addonName).user)
    })
  )
})
