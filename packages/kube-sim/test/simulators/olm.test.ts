import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { makeOssmWorld } from "../../src/index.ts"
import { listAt, textAt } from "../../src/simulators/fields.ts"
import { csv, fast, hasPhase, installOperator, ossmCluster, subscription } from "./ossmSupport.ts"
import { namespace, until, untilGone } from "./support.ts"

const stateOf = (object: KubeObject) => textAt(object, "status", "state")
const conditionTypes = (object: KubeObject) =>
  listAt(object, "status", "conditions").map((condition) => textAt(condition, "type"))
const ref = { name: "servicemeshoperator", namespace: "openshift-operators" }

it.live("installs an operator by plan and version, and brings its kinds", () =>
  Effect.gen(function* () {
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld())
    assert.deepStrictEqual(yield* api.serves("maistra.io/v2"), [])
    yield* installOperator(api)
    const installed = yield* until(api, resources.subscriptions, ref, (object) => {
      return stateOf(object) === "AtLatestKnown"
    })
    assert.strictEqual(textAt(installed, "status", "installedCSV"), csv.name)
    assert.isNotEmpty(yield* api.serves("maistra.io/v2"))
    assert.deepStrictEqual(yield* api.serves("federation.maistra.io/v1"), [])
  })
)

it.live("waits for approval when one subscription of the namespace is manual", () =>
  Effect.gen(function* () {
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld())
    yield* api.create(resources.subscriptions, subscription("kiali-ossm", { installPlanApproval: "Manual" }))
    yield* api.create(resources.subscriptions, subscription("servicemeshoperator"))
    const waiting = yield* until(api, resources.subscriptions, ref, (object) => {
      return conditionTypes(object).includes("InstallPlanPending")
    })
    assert.strictEqual(stateOf(waiting), "UpgradePending")
    const plan = { name: textAt(waiting, "status", "installPlanRef", "name") ?? "", namespace: "openshift-operators" }
    yield* until(api, resources.installPlans, plan, hasPhase("RequiresApproval"))
    yield* api.patch(resources.installPlans, plan, { spec: { approved: true } })
    yield* until(api, resources.clusterServiceVersions, csv, hasPhase("Succeeded"))
    yield* until(api, resources.installPlans, plan, hasPhase("Complete"))
  })
)

it.live("says that a channel is unknown, and resolves nothing else in that namespace meanwhile", () =>
  Effect.gen(function* () {
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld())
    yield* api.create(resources.subscriptions, subscription("jaeger-product", { channel: "gone" }))
    yield* api.create(resources.subscriptions, subscription("servicemeshoperator"))
    const blocked = yield* until(api, resources.subscriptions, ref, (object) => {
      return conditionTypes(object).includes("ResolutionFailed")
    })
    assert.match(
      textAt(listAt(blocked, "status", "conditions")[0], "message") ?? "",
      /channel gone of package jaeger-product/u
    )
    yield* api.delete(resources.subscriptions, { ...ref, name: "jaeger-product" })
    yield* until(api, resources.clusterServiceVersions, csv, hasPhase("Succeeded"))
  })
)

it.live("leaves a namespace without OperatorGroup alone", () =>
  Effect.gen(function* () {
    const { api } = yield* ossmCluster("east", yield* makeOssmWorld())
    yield* api.create(resources.namespaces, namespace("elsewhere"))
    const lost = subscription("servicemeshoperator")
    yield* api.create(resources.subscriptions, { ...lost, metadata: { ...lost.metadata, namespace: "elsewhere" } })
    yield* installOperator(api)
    assert.isUndefined((yield* api.get(resources.subscriptions, { ...ref, namespace: "elsewhere" }))["status"])
  })
)

it.live("shows two versions during an upgrade", () =>
  Effect.gen(function* () {
    const { api, ossm } = yield* ossmCluster("east", yield* makeOssmWorld(), {
      delays: { ...fast, csvPhase: Duration.millis(40) }
    })
    yield* installOperator(api)
    yield* until(api, resources.subscriptions, ref, (object) => stateOf(object) === "AtLatestKnown")
    yield* ossm.publish("servicemeshoperator", "stable", "2.6.9")
    yield* until(api, resources.clusterServiceVersions, csv, hasPhase("Replacing"))
    const next = { ...csv, name: "servicemeshoperator.v2.6.9" }
    yield* until(api, resources.clusterServiceVersions, next, hasPhase("Succeeded"))
    yield* untilGone(api, resources.clusterServiceVersions, csv)
  })
)
