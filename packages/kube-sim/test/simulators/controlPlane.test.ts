import { X509Certificate } from "node:crypto"
import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { makeOssmWorld, plantMesh, simulateOssm } from "../../src/index.ts"
import { dataAt, listAt, textAt, textsAt } from "../../src/simulators/fields.ts"
import {
  controlPlane,
  csv,
  deploy,
  fast,
  hasPhase,
  installOperator,
  isReady,
  memberRoll,
  ossmCluster,
  subscription
} from "./ossmSupport.ts"
import { cluster, conditionOf, configMap, namespace, tiny, until, untilGone } from "./support.ts"

const plane = { name: "basic", namespace: "mesh" }

const specOf = (object: KubeObject) => dataAt(object, "spec")
const readyOf = (object: KubeObject) => textsAt(object, "status", "readiness", "components", "ready")
const reasonOf = (object: KubeObject, type: string) =>
  textAt(
    listAt(object, "status", "conditions").find((condition) => textAt(condition, "type") === type),
    "reason"
  )

const operated = Effect.fnUntraced(function* (options: Parameters<typeof ossmCluster>[2] = {}) {
  const east = yield* ossmCluster("east", yield* makeOssmWorld(), options)
  yield* installOperator(east.api)
  return east
})

/** The message with which a call is refused. */
const refusal = <A>(call: Effect.Effect<A, { readonly detail: string }>) =>
  Effect.map(Effect.flip(call), ({ detail }) => detail)

const create = (api: KubeApi, object: KubeObject) => api.create(resources.controlPlanes, object)

it.live("does nothing before its version has succeeded, though the kinds are there", () =>
  Effect.gen(function* () {
    const delays = { ...fast, csvPhase: Duration.millis(150) }
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld(), { delays })
    yield* api.create(resources.namespaces, namespace("mesh"))
    yield* api.create(resources.subscriptions, subscription("servicemeshoperator"))
    yield* until(api, resources.clusterServiceVersions, csv, hasPhase("Installing"))
    yield* create(api, controlPlane("mesh", { version: "v2.6" }))
    yield* Effect.sleep("100 millis")
    assert.isUndefined((yield* api.get(resources.controlPlanes, plane))["status"])
    yield* until(api, resources.controlPlanes, plane, isReady)
  })
)

it.live("refuses connections to its webhook right after the installation", () =>
  Effect.gen(function* () {
    const { api } = yield* operated({ webhookRefusals: 2 })
    yield* api.create(resources.namespaces, namespace("mesh"))
    for (let call = 0; call < 2; call += 1) {
      const error = yield* Effect.flip(create(api, controlPlane("mesh")))
      assert.strictEqual(error.reason._tag, "Unavailable")
      assert.match(error.detail, /connection refused/u)
    }
    yield* create(api, controlPlane("mesh"))
  })
)

it.live("fills in version, profiles and route, and refuses what the webhook refuses", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* api.create(resources.namespaces, namespace("mesh"))
    yield* api.create(resources.namespaces, namespace("other"))
    const made = yield* create(api, controlPlane("mesh"))
    assert.deepInclude(specOf(made), { version: "v2.6", profiles: ["default"] })
    assert.deepStrictEqual(specOf(made)["gateways"], { openshiftRoute: { enabled: false } })
    assert.match(yield* refusal(create(api, controlPlane("mesh", {}, "second"))), /only one service mesh/u)
    assert.match(yield* refusal(create(api, controlPlane("other", { version: "v2.1" }))), /invalid Version: v2\.1/u)
    assert.match(
      yield* refusal(create(api, controlPlane("other", { addons: { "3scale": { enabled: true } } }))),
      /3scale/u
    )
    const gateways = { additionalIngress: { one: { enabled: true } }, additionalEgress: { one: { enabled: true } } }
    assert.match(yield* refusal(create(api, controlPlane("other", { gateways }))), /multiple gateways/u)
  })
)

it.live("takes an old version when it is an old release", () =>
  Effect.gen(function* () {
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld(), { versions: ["v2.0", "v2.1"] })
    yield* plantMesh(api, { version: "v2.1", retry: tiny })
    const ready = yield* until(api, resources.controlPlanes, { name: "basic", namespace: "istio-system" }, isReady)
    assert.strictEqual(textAt(ready, "status", "chartVersion"), "2.1.8")
  })
)

it.live("states a refusal in the status where the API server takes no hooks", () =>
  Effect.gen(function* () {
    const world = yield* makeOssmWorld()
    const east = yield* ossmCluster("east", world, { admit: () => Effect.void })
    yield* installOperator(east.api)
    yield* east.api.create(resources.namespaces, namespace("mesh"))
    yield* create(east.api, controlPlane("mesh", { version: "v2.1" }))
    const refused = yield* until(east.api, resources.controlPlanes, plane, (object) => {
      return reasonOf(object, "Reconciled") === "ValidationError"
    })
    assert.strictEqual(conditionOf(refused, "Ready"), "False")
  })
)

it.live("lists its components, and brings the federation kinds with the first control plane", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    assert.deepStrictEqual(yield* api.serves("federation.maistra.io/v1"), [])
    const ready = yield* deploy(api, controlPlane("mesh"))
    assert.deepStrictEqual(readyOf(ready), [
      "istio-discovery",
      "istio-egress",
      "istio-ingress",
      "mesh-config",
      "prometheus",
      "telemetry-common"
    ])
    assert.lengthOf(yield* api.serves("federation.maistra.io/v1"), 3)
    const istiod = yield* api.get(resources.deployments, { name: "istiod-basic", namespace: "mesh" })
    assert.deepInclude(istiod.metadata.labels, { "maistra.io/owner": "mesh", "maistra.io/owner-name": "basic" })
    const root = yield* api.get(resources.configMaps, { name: "istio-ca-root-cert", namespace: "mesh" })
    const certificate = new X509Certificate(textAt(root, "data", "root-cert.pem") ?? "")
    assert.isTrue(certificate.ca && certificate.checkIssued(certificate))
  })
)

it.live("waits for the operators that its components need", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* api.create(resources.namespaces, namespace("mesh"))
    yield* create(api, controlPlane("mesh", { tracing: { type: "Jaeger" } }))
    yield* until(api, resources.controlPlanes, plane, (object) => {
      return reasonOf(object, "Reconciled") === "DependencyMissingError"
    })
    yield* api.create(resources.subscriptions, subscription("jaeger-product"))
    const ready = yield* until(api, resources.controlPlanes, plane, isReady)
    assert.include(readyOf(ready), "tracing")
  })
)

it.live("makes gateways that are enabled, with their labels, and takes them away again", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    const service = { type: "LoadBalancer", metadata: { labels: { "federation.maistra.io/ingress-for": "west" } } }
    const gateways = {
      additionalIngress: { "west-ingress": { enabled: true, service }, silent: { service } },
      additionalEgress: {}
    }
    yield* deploy(api, controlPlane("mesh", { gateways }))
    const gateway = { name: "west-ingress", namespace: "mesh" }
    const addressed = yield* until(api, resources.services, gateway, (object) =>
      JSON.stringify(object["status"] ?? {}).includes("203.0.113.")
    )
    assert.deepInclude(addressed.metadata.labels, {
      "federation.maistra.io/ingress-for": "west",
      "maistra.io/gateway": "west-ingress.mesh"
    })
    assert.strictEqual(addressed.metadata.ownerReferences?.[0]?.kind, "ServiceMeshControlPlane")
    yield* api.get(resources.serviceAccounts, { name: "west-ingress-service-account", namespace: "mesh" })
    yield* untilGone(api, resources.services, { name: "silent", namespace: "mesh" })
    yield* api.patch(resources.controlPlanes, plane, {
      spec: { gateways: { additionalIngress: { "west-ingress": null } } }
    })
    yield* untilGone(api, resources.services, gateway)
  })
)

it.live("prunes what bears its labels and is not its own", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* api.create(resources.namespaces, namespace("mesh"))
    const map = configMap("mesh", "user")
    const labels = { "maistra.io/owner": "mesh", "app.kubernetes.io/managed-by": "maistra-istio-operator" }
    yield* api.create(resources.configMaps, { ...map, metadata: { ...map.metadata, labels } })
    yield* create(api, controlPlane("mesh"))
    yield* untilGone(api, resources.configMaps, map.metadata)
  })
)

it.live("holds a deleted control plane for a while, and cleans up behind it", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* deploy(api, controlPlane("mesh"))
    yield* api.delete(resources.controlPlanes, plane)
    const going = yield* api.get(resources.controlPlanes, plane)
    assert.deepStrictEqual(going.metadata.finalizers, ["maistra.io/istio-operator"])
    yield* untilGone(api, resources.controlPlanes, plane)
    yield* untilGone(api, resources.deployments, { name: "istiod-basic", namespace: "mesh" })
    const left = yield* api.get(resources.namespaces, { name: "mesh" })
    assert.isUndefined(left.metadata.labels?.["maistra.io/member-of"])
  })
)

const configuredOf = (object: KubeObject) => textsAt(object, "status", "configuredMembers")
const pendingOf = (object: KubeObject) => textsAt(object, "status", "pendingMembers")
const roll = { name: "default", namespace: "mesh" }

it.live("takes namespaces in as they come to exist, and lets them go", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* deploy(api, controlPlane("mesh"))
    const made = yield* api.create(resources.memberRolls, memberRoll("mesh", ["mesh", "shop"]))
    assert.deepStrictEqual(specOf(made)["members"], ["shop"])
    yield* until(api, resources.memberRolls, roll, (object) => pendingOf(object)[0] === "shop")
    yield* api.create(resources.namespaces, namespace("shop"))
    yield* until(api, resources.memberRolls, roll, (object) => configuredOf(object)[0] === "shop")
    const member = yield* api.get(resources.namespaces, { name: "shop" })
    assert.strictEqual(member.metadata.labels?.["maistra.io/member-of"], "mesh")
    yield* api.get(resources.configMaps, { name: "istio-ca-root-cert", namespace: "shop" })
    yield* api.delete(resources.memberRolls, roll)
    yield* untilGone(api, resources.memberRolls, roll)
    const left = yield* api.get(resources.namespaces, { name: "shop" })
    assert.isUndefined(left.metadata.labels?.["maistra.io/member-of"])
  })
)

it.live("refuses rolls that break the rules", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    for (const name of ["mesh", "other", "shop"]) yield* api.create(resources.namespaces, namespace(name))
    yield* api.create(resources.memberRolls, memberRoll("mesh", ["shop"]))
    const refused = (object: KubeObject) => refusal(api.create(resources.memberRolls, object))
    const named = memberRoll("other", [])
    assert.match(yield* refused({ ...named, metadata: { ...named.metadata, name: "mine" } }), /named "default"/u)
    assert.match(yield* refused(memberRoll("other", ["shop"])), /already defined in another/u)
    assert.match(yield* refused(memberRoll("other", ["a", "a"])), /duplicate/u)
    assert.match(yield* refused(memberRoll("other", ["*", "a"])), /only member/u)
  })
)

it.live("makes the roll when a namespace joins by itself", () =>
  Effect.gen(function* () {
    const { api } = yield* operated()
    yield* deploy(api, controlPlane("mesh"))
    yield* api.create(resources.namespaces, namespace("shop"))
    yield* api.create(resources.members, {
      apiVersion: "maistra.io/v1",
      kind: "ServiceMeshMember",
      metadata: { name: "default", namespace: "shop" },
      spec: { controlPlaneRef: { name: "basic", namespace: "mesh" } }
    })
    const made = yield* until(api, resources.memberRolls, roll, (object) => {
      return configuredOf(object)[0] === "shop"
    })
    assert.deepStrictEqual(specOf(made)["members"], [])
    yield* until(api, resources.members, { name: "default", namespace: "shop" }, (object) => {
      return conditionOf(object, "Ready") === "True"
    })
  })
)

it.live("keeps its root and writes nothing when operator and istiods start anew", () =>
  Effect.gen(function* () {
    const world = yield* makeOssmWorld()
    const made = yield* cluster("east")
    const options = { cluster: "east", api: made.api, admit: made.admit, versions: ["v2.6"], delays: fast }
    yield* Effect.scoped(
      Effect.andThen(
        simulateOssm({ ...options, world, webhookRefusals: 0 }),
        Effect.andThen(installOperator(made.api), deploy(made.api, controlPlane("mesh")))
      )
    )
    const before = (yield* made.writes).length
    yield* simulateOssm({ ...options, world: yield* makeOssmWorld() })
    yield* Effect.sleep("200 millis")
    assert.deepStrictEqual((yield* made.writes).slice(before), [])
  })
)

it.live("writes nothing while nothing changes", () =>
  Effect.gen(function* () {
    const { api, writes } = yield* operated()
    yield* deploy(api, controlPlane("mesh"))
    yield* Effect.sleep("150 millis")
    const before = (yield* writes).length
    yield* Effect.sleep("300 millis")
    assert.strictEqual((yield* writes).length, before)
  })
)
