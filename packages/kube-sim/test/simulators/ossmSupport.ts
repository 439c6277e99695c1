import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { type OssmDelays, type OssmOptions, type OssmWorld, simulateOssm } from "../../src/index.ts"
import { numberAt, textAt } from "../../src/simulators/fields.ts"
import { cluster, conditionOf, namespace, tiny, until } from "./support.ts"

const instant = Duration.millis(3)

export const fast: OssmDelays = {
  resolve: instant,
  csvPhase: instant,
  render: instant,
  ready: instant,
  deletion: Duration.millis(50),
  member: instant,
  loadBalancer: instant,
  connect: instant,
  importRules: instant,
  resync: Duration.millis(300),
  retry: tiny
}

export const ossmCluster = Effect.fnUntraced(function* (
  name: string,
  world: OssmWorld,
  options: Partial<OssmOptions> = {}
) {
  const made = yield* cluster(name)
  const { api, admit } = made
  const ossm = yield* simulateOssm({
    cluster: name,
    api,
    world,
    admit,
    versions: ["v2.4", "v2.5", "v2.6"],
    delays: fast,
    webhookRefusals: 0,
    ...options
  })
  return { ...made, ossm }
})

export const subscription = (name: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "Subscription",
  metadata: { name, namespace: "openshift-operators" },
  spec: { name, channel: "stable", source: "redhat-operators", sourceNamespace: "openshift-marketplace", ...spec }
})

export const csv = { name: "servicemeshoperator.v2.6.8", namespace: "openshift-operators" }

export const hasPhase = (phase: string) => (object: KubeObject) => textAt(object, "status", "phase") === phase

/** Installs the operator and waits until it runs. */
export const installOperator = Effect.fnUntraced(function* (api: KubeApi) {
  yield* api.create(resources.subscriptions, subscription("servicemeshoperator"))
  yield* until(api, resources.clusterServiceVersions, csv, hasPhase("Succeeded"))
})

/** A control plane without addons; `spec` goes over it. */
export const controlPlane = (
  namespace: string,
  spec: Readonly<Record<string, unknown>> = {},
  name = "basic"
): KubeObject => ({
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata: { name, namespace },
  spec: { addons: { kiali: { enabled: false }, grafana: { enabled: false } }, ...spec }
})

export const memberRoll = (namespace: string, members: ReadonlyArray<string>): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMemberRoll",
  metadata: { name: "default", namespace },
  spec: { members }
})

/** Whether the operator says that the newest generation runs. */
export const isReady = (object: KubeObject): boolean =>
  conditionOf(object, "Ready") === "True" &&
  numberAt(object, "status", "observedGeneration") === object.metadata.generation

export const deploy = Effect.fnUntraced(function* (api: KubeApi, plane: KubeObject) {
  const name = plane.metadata.namespace ?? ""
  yield* api.create(resources.namespaces, namespace(name))
  yield* api.create(resources.controlPlanes, plane)
  return yield* until(api, resources.controlPlanes, plane.metadata, isReady)
})
