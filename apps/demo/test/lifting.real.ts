import { assert } from "@effect/vitest"
import { planHub, type WorkAction } from "@multicluster-mesh/federation-planner"
import {
  clusterOf,
  hubWith,
  type ImaginedWorld,
  imagineWorld,
  meshOf,
  now,
  settle,
  withState
} from "@multicluster-mesh/federation-planner/testing"
import { maistraCrds } from "@multicluster-mesh/kube-sim"
import { decodeManifestWork, labels, type Mesh, resources } from "@multicluster-mesh/mesh-model"
import { deliverWork, type KubeApi, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import {
  borrowControlPlane,
  type ControlPlane,
  freePort,
  kubectlOn,
  ocmTools,
  startProcess
} from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventually, find, holds, quietly } from "./observing.ts"

/** The works of a removal, as the planner makes them, in the hands of OCM's own work agent. */

const cluster = "managedcluster1"
const controlPlane = { namespace: "own-system", name: "shop" }

quietly(
  "a control plane whose last change the cluster refuses is removed as the cluster has it",
  Effect.gen(function* () {
    const plane = yield* borrowControlPlane("lifting")
    yield* startWorkAgent(plane)
    const api = yield* makeKubeApi(plane.connection)
    const { bad, good, lift } = worksOfLife()
    const owners = Effect.map(
      api.get(resources.controlPlanes, controlPlane),
      ({ metadata }) => metadata.ownerReferences ?? []
    )

    yield* deliver(api, good)
    yield* eventually("the control plane is applied", saysOfApplying(api, good.name, "True", ""))
    yield* apply(plane, refuseVersion("v9.9"))
    yield* eventually(
      "the cluster refuses the version",
      holds(
        Effect.map(
          Effect.result(kubectlOn(plane, ["create", "--dry-run=server", "-f", "-"], JSON.stringify(probe))),
          ({ _tag }) => _tag === "Failure"
        )
      )
    )
    yield* deliver(api, bad)
    yield* eventually("the change is refused", saysOfApplying(api, bad.name, "False", refused))

    // a lift that applies the manifest as well never makes the agent the owner
    yield* deliver(api, { ...lift, spec: { ...lift.spec, manifestConfigs: bad.spec.manifestConfigs ?? [] } })
    yield* eventually("the lift is refused", saysOfApplying(api, bad.name, "False", refused))
    assert.deepStrictEqual(yield* owners, [])

    yield* deliver(api, lift)
    yield* eventually("the lift is applied", saysOfApplying(api, lift.name, "True", ""))
    assert.deepStrictEqual(
      (yield* owners).map(({ kind }) => kind),
      ["AppliedManifestWork"]
    )
    assert.notInclude(JSON.stringify((yield* api.get(resources.controlPlanes, controlPlane))["spec"]), "v9.9")

    yield* api.delete(resources.manifestWorks, { namespace: cluster, name: lift.name })
    yield* eventually(
      "the control plane is gone",
      holds(Effect.map(find(api, resources.controlPlanes, controlPlane), (found) => found === undefined))
    )
  })
)

const refused = "supported versions are"

/** The admission of a cluster that does not know a version. */
const refuseVersion = (version: string): ReadonlyArray<object> => [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "versions.example.com" },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [resources.controlPlanes.group],
            apiVersions: ["*"],
            operations: ["CREATE", "UPDATE"],
            resources: [resources.controlPlanes.plural]
          }
        ]
      },
      validations: [
        {
          expression: `object.spec.version != '${version}'`,
          message: `invalid Version: ${version}; ${refused}: v2.6`
        }
      ]
    }
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "versions.example.com" },
    spec: { policyName: "versions.example.com", validationActions: ["Deny"] }
  }
]

const probe = {
  apiVersion: resources.apiVersionOf(resources.controlPlanes),
  kind: resources.controlPlanes.kind,
  metadata: { namespace: controlPlane.namespace, name: "probe" },
  spec: { version: "v9.9" }
}

/** OCM's work agent as an administrator; hub and cluster are the same API server. */
const startWorkAgent = Effect.fnUntraced(function* (plane: ControlPlane) {
  const { definitions, work } = yield* ocmTools
  const folder = join(definitions, "work/v1")
  const files = readdirSync(folder).filter((file) => file.includes("manifestworks") && file.endsWith(".crd.yaml"))
  yield* kubectlOn(plane, ["create", ...files.flatMap((file) => ["-f", join(folder, file)])])
  yield* apply(plane, [
    ...maistraCrds,
    ...[agentNamespace, cluster, controlPlane.namespace].map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name }
    }))
  ])
  yield* kubectlOn(plane, ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"])
  const kubeconfig = join(plane.folder, "work.kubeconfig")
  writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 })
  yield* startProcess({
    name: "work-agent",
    command: work,
    folder: plane.folder,
    args: [
      "agent",
      `--namespace=${agentNamespace}`,
      "--disable-leader-election",
      `--spoke-cluster-name=${cluster}`,
      "--agent-id=agent",
      `--kubeconfig=${kubeconfig}`,
      "--workload-source-driver=kube",
      `--workload-source-config=${kubeconfig}`,
      "--status-sync-interval=2s",
      `--listen=127.0.0.1:${yield* freePort}`
    ]
  })
})

const agentNamespace = "open-cluster-management-agent"

const apply = (plane: ControlPlane, items: ReadonlyArray<object>) =>
  kubectlOn(plane, ["apply", "--server-side", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }))

type ApplyWork = WorkAction & { readonly _tag: "ApplyWork" }

/** Writes a work as the hub controller does; the agent writes its status meanwhile. */
const deliver = Effect.fnUntraced(function* (api: KubeApi, work: ApplyWork) {
  const received = yield* receivedWork(api, work.name)
  yield* deliverWork(api, received, work)
})

const receivedWork = Effect.fnUntraced(function* (api: KubeApi, name: string) {
  const found = yield* find(api, resources.manifestWorks, { namespace: cluster, name })
  return found === undefined ? undefined : yield* decodeManifestWork(found)
})

/** Whether the agent says so of the newest generation of a work and its only manifest. */
const saysOfApplying = (api: KubeApi, name: string, status: string, message: string) =>
  Effect.map(receivedWork(api, name), (work) => {
    const ofWork = work?.status?.conditions?.find(({ type }) => type === "Applied")
    const ofManifest = work?.status?.resourceStatus?.manifests?.[0]?.conditions?.find(({ type }) => type === "Applied")
    const isCurrent = ofWork?.observedGeneration === work?.metadata.generation
    const says = ofWork?.status === status && ofManifest?.message?.includes(message) === true
    return { done: work !== undefined && isCurrent && says, progress: [JSON.stringify(work?.status)] }
  })

/** The works of a control plane: as it is wished, with a version that is refused, and as its removal begins then. */
const worksOfLife = () => {
  const running = settle(
    withMesh(imagineWorld(hubWith({ clusters: [clusterOf(cluster)], meshes: [meshOf(cluster, "shop")] })), (mesh) =>
      versioned(mesh, "v2.6")
    )
  )
  const good = worksOfPlane(running)
  const changed = settle(withMesh(running, (mesh) => versioned(mesh, "v9.9")))
  const bad = worksOfPlane(changed)
  const lifts: Array<ApplyWork> = []
  settle(
    withMesh(changed, (mesh) => ({ ...mesh, metadata: { ...mesh.metadata, deletionTimestamp: now } })),
    {
      plan: (state) => {
        const plan = planHub(state)
        lifts.push(...plan.works.filter(isOfPlane).filter(({ spec }) => JSON.stringify(spec).includes("CreateOnly")))
        return plan
      }
    }
  )
  const [lift] = lifts
  if (lift === undefined) throw new Error("the removal lifts nothing")
  return { good, bad, lift }
}

const withMesh = (world: ImaginedWorld, change: (mesh: Mesh) => Mesh): ImaginedWorld =>
  withState(world, ({ meshes }) => ({ meshes: meshes.map(change) }))

const versioned = (mesh: Mesh, version: string): Mesh => ({
  ...mesh,
  spec: { ...mesh.spec, controlPlane: { ...mesh.spec.controlPlane, version } }
})

const isOfPlane = (work: WorkAction): work is ApplyWork =>
  work._tag === "ApplyWork" && work.labels[labels.stageLabel] === "control-plane"

const worksOfPlane = ({ state }: ImaginedWorld): ApplyWork => {
  const [work] = planHub(state).works.filter(isOfPlane)
  if (work === undefined) throw new Error("the plan has no control plane")
  return work
}
