import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Scope } from "effect/Scope"
import { maistraCrds } from "../../crds/maistraCrds.ts"
import { olmCrds } from "../../crds/olmCrds.ts"
import type { AdmissionHook } from "../../server/AdmissionHook.ts"
import { ensure } from "../calls.ts"
import { installCrds } from "../installCrds.ts"
import { operatorGroups } from "../kinds.ts"
import { admissionHook } from "./admission.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { type ControlPlaneDelays, type ControlPlanes, runControlPlanes } from "./runControlPlanes.ts"
import { type FederationDelays, runFederation } from "./runFederation.ts"
import { type MemberRolls, runMemberRolls } from "./runMemberRolls.ts"
import { runRollouts } from "./runRollouts.ts"
import type { Catalog } from "./OlmCatalog.ts"
import { type Olm, type OlmDelays, runOlm } from "./runOlm.ts"
import { runLoadBalancers, serviceDefaults } from "./serviceAddresses.ts"

export interface OssmDelays extends OlmDelays, ControlPlaneDelays, FederationDelays {
  /** A namespace to its place in the mesh. */
  readonly member: Duration.Duration
  /** A Service to its load balancer's address. */
  readonly loadBalancer: Duration.Duration
}

/** About what a cloud takes; the import delay is that of releases before 2.5.2 (OSSM-6079). */
export const ossmDelays: OssmDelays = {
  resolve: Duration.seconds(5),
  csvPhase: Duration.seconds(5),
  render: Duration.seconds(2),
  ready: Duration.seconds(20),
  deletion: Duration.seconds(20),
  member: Duration.seconds(2),
  loadBalancer: Duration.seconds(30),
  connect: Duration.seconds(5),
  importRules: Duration.minutes(6),
  resync: Duration.seconds(60),
  retry: Duration.seconds(1)
}

export interface OssmOptions {
  readonly cluster: string
  readonly api: KubeApi
  readonly world: OssmWorld
  /** `admit` of kube-sim. Without it, what a webhook would refuse becomes a status. */
  readonly admit?: (hook: AdmissionHook) => Effect.Effect<void, never, Scope>
  /** Values of `spec.version` that the operator takes, oldest first: `["v2.4", "v2.5", "v2.6"]`. */
  readonly versions: ReadonlyArray<string>
  /** The operator's own version; the last of `versions` and `.8` when absent. */
  readonly operatorVersion?: string
  /** What there is to install besides; packages of the same name win. */
  readonly catalog?: Catalog
  /** So many calls meet a webhook that does not listen yet, each time the operator has been installed; 2 when absent. */
  readonly webhookRefusals?: number
  readonly delays?: Partial<OssmDelays>
}

export interface OssmSim {
  /** Restarts istiod in a control plane's namespace: it forgets what it holds in memory. */
  readonly restartIstiod: (namespace: string) => Effect.Effect<void, KubeError>
  /** A newer version of a package appears in the catalog. */
  readonly publish: Olm["publish"]
}

/**
 * Plays OLM, the operator of OpenShift Service Mesh 2, its istiods and the cloud's load balancers on one cluster; ends
 * with the scope. What the operator has not done before it ended is lost, as are istiods' memories.
 */
export const simulateOssm = Effect.fnUntraced(function* (
  options: OssmOptions
): Effect.fn.Return<OssmSim, KubeError, Scope> {
  const { api, cluster, world, versions } = options
  const delays = { ...ossmDelays, ...options.delays }
  const operatorVersion = options.operatorVersion ?? `${(versions.at(-1) ?? "v2.6").replace(/^v/u, "")}.8`
  let refusals = 0
  let wasRunning = false
  let planes: ControlPlanes | undefined
  let rolls: MemberRolls | undefined
  let lookAtFederation: Effect.Effect<void> = Effect.void
  const kinds = yield* Latch.make()
  const federation = yield* Latch.make()

  yield* installCrds(api, olmCrds, "olm")
  for (const name of ["openshift-operators", "openshift-marketplace"]) {
    yield* ensure(api, resources.namespaces, namespace(name), "cluster-version-operator")
  }
  yield* ensure(api, operatorGroups, globalOperators, "cluster-version-operator")

  const running = () => olm.running()
  const olm: Olm = yield* runOlm({
    api,
    catalog: { ...packages(operatorVersion), ...options.catalog },
    delays,
    install: (packageName) =>
      packageName === "servicemeshoperator"
        ? Effect.andThen(installCrds(api, maistraCrds, "olm"), kinds.open)
        : Effect.void,
    onChange: Effect.suspend(() => {
      const runs = running().has("servicemeshoperator")
      if (runs && !wasRunning) refusals = options.webhookRefusals ?? 2
      wasRunning = runs
      const askRolls = Effect.forEach(planes?.installed.keys() ?? [], (name) => rolls?.ask(name) ?? Effect.void)
      return Effect.andThen(planes?.askAll ?? Effect.void, askRolls)
    })
  })

  if (options.admit !== undefined) {
    yield* options.admit(serviceDefaults())
    const refuses = () => {
      refusals -= 1
      return refusals >= 0
    }
    yield* options.admit(admissionHook({ api, versions, installed: () => wasRunning, refuses }))
  }

  const operate = Effect.gen(function* () {
    yield* kinds.await
    planes = yield* runControlPlanes({
      api,
      versions,
      operatorVersion,
      delays,
      running,
      onFirst: Effect.asVoid(federation.open),
      onChange: (name) =>
        Effect.andThen(
          rolls?.ask(name) ?? Effect.void,
          Effect.suspend(() => lookAtFederation)
        )
    })
    rolls = yield* runMemberRolls({
      api,
      delays,
      isRunning: () => running().has("servicemeshoperator"),
      installed: planes.installed,
      onChange: Effect.suspend(() => lookAtFederation)
    })
    yield* runRollouts(api, planes.restart, delays.retry)
    yield* federation.await
    const { installed } = planes
    const members = rolls.configured
    lookAtFederation = yield* runFederation({ cluster, api, world, installed, members, delays })
    yield* lookAtFederation
  })
  yield* Effect.forkScoped(operate)
  yield* runLoadBalancers(cluster, api, world, delays)

  return {
    restartIstiod: (name) => Effect.suspend(() => planes?.restart(name) ?? Effect.void),
    publish: olm.publish
  }
})

const packages = (operatorVersion: string): Catalog => ({
  servicemeshoperator: { stable: operatorVersion },
  "kiali-ossm": { stable: "1.73.9" },
  "jaeger-product": { stable: "1.57.0" },
  "elasticsearch-operator": { "stable-5.x": "5.8.12" }
})

const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

const globalOperators: KubeObject = {
  apiVersion: "operators.coreos.com/v1",
  kind: "OperatorGroup",
  metadata: { name: "global-operators", namespace: "openshift-operators" },
  spec: {}
}
