import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ensure, listAll } from "./calls.ts"
import { textAt } from "./fields.ts"

/** The field manager of `kubectl apply`: these objects are a person's. */
const user = "kubectl-client-side-apply"

export interface PlantedMesh {
  /** `basic` when absent. */
  readonly name?: string
  /** `istio-system` when absent. */
  readonly namespace?: string
  /** Left to the operator when absent. */
  readonly version?: string
  /** Namespaces of the member roll, which are made as well; `["istio-apps"]` when absent. */
  readonly members?: ReadonlyArray<string>
  /** Further fields of the control plane's spec. */
  readonly spec?: Readonly<Record<string, unknown>>
  /** The wait before a refused call is tried again. */
  readonly retry?: Duration.Duration
}

/**
 * Puts a mesh on a cluster as a user would: the operators from the catalog unless they are there, a control plane and a
 * member roll. Returns as soon as both are written.
 */
export const plantMesh = Effect.fnUntraced(function* (
  api: KubeApi,
  mesh: PlantedMesh = {}
): Effect.fn.Return<void, KubeError> {
  const { name = "basic", namespace = "istio-system", members = ["istio-apps"] } = mesh
  const insist = {
    schedule: Schedule.spaced(mesh.retry ?? Duration.seconds(1)),
    while: ({ reason }: KubeError) => reason._tag === "NotServed" || reason._tag === "Unavailable"
  }
  for (const made of [namespace, ...members]) yield* ensure(api, resources.namespaces, namespaceOf(made), user)
  const subscriptions = yield* listAll(api, resources.subscriptions)
  for (const packageName of ["servicemeshoperator", "kiali-ossm", "jaeger-product"]) {
    if (subscriptions.some((other) => textAt(other, "spec", "name") === packageName)) continue
    yield* ensure(api, resources.subscriptions, subscription(packageName), user)
  }
  const controlPlane: KubeObject = {
    apiVersion: "maistra.io/v2",
    kind: "ServiceMeshControlPlane",
    metadata: { name, namespace },
    spec: {
      ...(mesh.version === undefined ? {} : { version: mesh.version }),
      profiles: ["default"],
      tracing: { type: "Jaeger", sampling: 10_000 },
      addons: { jaeger: { install: { storage: { type: "Memory" } } } },
      ...mesh.spec
    }
  }
  const roll: KubeObject = {
    apiVersion: "maistra.io/v1",
    kind: "ServiceMeshMemberRoll",
    metadata: { name: "default", namespace },
    spec: { members }
  }
  // the kinds come with the operator, and its webhooks do not listen at once
  yield* Effect.retry(ensure(api, resources.controlPlanes, controlPlane, user), insist)
  yield* Effect.retry(ensure(api, resources.memberRolls, roll, user), insist)
})

/** The Services of the bookinfo example in a namespace; `only` some of them. */
export const plantBookinfo = Effect.fnUntraced(function* (
  api: KubeApi,
  namespace: string,
  only: ReadonlyArray<string> = bookinfo
): Effect.fn.Return<void, KubeError> {
  yield* ensure(api, resources.namespaces, namespaceOf(namespace), user)
  for (const name of only) {
    const service: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace, labels: { app: name, service: name } },
      spec: { ports: [{ name: "http", port: 9080, protocol: "TCP", targetPort: 9080 }], selector: { app: name } }
    }
    yield* ensure(api, resources.services, service, user)
  }
})

export const bookinfo: ReadonlyArray<string> = ["productpage", "details", "reviews", "ratings"]

const namespaceOf = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

const subscription = (packageName: string): KubeObject => ({
  apiVersion: "operators.coreos.com/v1alpha1",
  kind: "Subscription",
  metadata: { name: packageName, namespace: "openshift-operators" },
  spec: {
    name: packageName,
    channel: "stable",
    source: "redhat-operators",
    sourceNamespace: "openshift-marketplace",
    installPlanApproval: "Automatic"
  }
})
