import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import type { ControlPlane } from "../ControlPlane.ts"
import { freePort } from "../freePort.ts"
import { type OcmTools, ocmTools } from "../OcmTools.ts"
import { type ControllersOptions, startControllers } from "../startControllers.ts"
import { startProcess } from "../startProcess.ts"
import { untilHealthy } from "../untilHealthy.ts"
import { TestenvError } from "../TestenvError.ts"
import { adminKubeconfig, applyOn, installDefinitions, kubectlOn } from "./kubectlOn.ts"
import { type Klusterlet, startKlusterlet } from "./startKlusterlet.ts"
import { bootstrapUser, clusterObjects, hubNamespace, hubObjects } from "./ocmObjects.ts"

export interface OcmOptions {
  readonly hub: ControlPlane
  readonly clusters: ReadonlyArray<{ readonly name: string; readonly plane: ControlPlane }>
}

/** Open Cluster Management by its own programs. */
export interface Ocm {
  /** The agents of a managed cluster. */
  readonly klusterlets: ReadonlyMap<string, Klusterlet>
  /**
   * From now on the hub signs certificates that live so long; a day when nothing else was said.
   *
   * Errors: `TestenvError` with the end of its kube-controller-manager's log when that does not come up again.
   */
  readonly signFor: (life: Duration.Input) => Effect.Effect<void, TestenvError>
}

/**
 * Installs Open Cluster Management on a hub and joins clusters to it by OCM's own programs; starts the
 * kube-controller-managers, too, for they must come after the definitions. Returns once all clusters are available.
 *
 * Errors: `TestenvError` with the end of the log of what did not come up.
 */
export const startOcm = Effect.fnUntraced(function* ({ hub, clusters }: OcmOptions) {
  const tools = yield* ocmTools
  const [ofHub] = yield* Effect.all(
    [
      prepare(hub, hubDefinitions(tools), hubObjects, { signsFor: "1 day" }),
      ...clusters.map(({ plane }) => prepare(plane, clusterDefinitions(tools), clusterObjects))
    ],
    { concurrency: "unbounded" }
  )
  yield* Effect.forEach(hubPrograms(tools), (program) => startHubProgram(hub, program), { concurrency: "unbounded" })
  const started = yield* Effect.forEach(
    clusters,
    Effect.fnUntraced(function* ({ name, plane }) {
      return [name, yield* startKlusterlet({ name, plane, hub, tools, untilAvailable: available(hub, name) })] as const
    }),
    { concurrency: "unbounded" }
  )
  const scope = yield* Effect.scope
  let controllers = ofHub
  const ocm: Ocm = {
    klusterlets: new Map(started),
    signFor: Effect.fnUntraced(function* (life) {
      yield* controllers.signal("SIGKILL")
      yield* controllers.exited
      controllers = yield* Scope.provide(startControllers(hub, { signsFor: life }), scope)
    })
  }
  return ocm
})

const prepare = Effect.fnUntraced(function* (
  plane: ControlPlane,
  definitions: ReadonlyArray<string>,
  objects: ReadonlyArray<object>,
  controllers: ControllersOptions = {}
) {
  yield* installDefinitions(plane, definitions)
  yield* applyOn(plane, objects)
  return yield* startControllers(plane, controllers)
})

const hubDefinitions = ({ definitions }: OcmTools): ReadonlyArray<string> => [
  ...["addon/v1alpha1", "cluster/v1", "cluster/v1beta1", "cluster/v1beta2", "work/v1alpha1"].map((part) =>
    join(definitions, part)
  ),
  ...filesOf(join(definitions, "cluster/v1alpha1"), "addonplacementscores"),
  ...filesOf(join(definitions, "work/v1"), "_manifestworks")
]

const clusterDefinitions = ({ definitions }: OcmTools): ReadonlyArray<string> => [
  ...filesOf(join(definitions, "work/v1"), "_appliedmanifestworks"),
  ...filesOf(join(definitions, "cluster/v1alpha1"), "clusterclaims")
]

const filesOf = (folder: string, part: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((file) => file.includes(part) && file.endsWith(".crd.yaml"))
    .map((file) => join(folder, file))

interface HubProgram {
  readonly name: string
  readonly command: string
  readonly args: ReadonlyArray<string>
}

const hubPrograms = ({ addon, placement, registration, work }: OcmTools): ReadonlyArray<HubProgram> => [
  {
    name: "registration",
    command: registration,
    args: [
      "controller",
      "--feature-gates=ResourceCleanup=true,DefaultClusterSet=true,ManagedClusterAutoApproval=true",
      `--auto-approved-csr-users=${bootstrapUser}`
    ]
  },
  { name: "placement", command: placement, args: ["controller"] },
  { name: "addon", command: addon, args: ["manager"] },
  {
    name: "work",
    command: work,
    args: ["manager", "--work-driver=kube", "--feature-gates=ManifestWorkReplicaSet=true"]
  }
]

const startHubProgram = Effect.fnUntraced(function* (hub: ControlPlane, { name, command, args }: HubProgram) {
  const port = yield* freePort
  const running = yield* startProcess({
    name: `ocm-${name}`,
    command,
    folder: hub.folder,
    args: [
      ...args,
      `--kubeconfig=${adminKubeconfig(hub)}`,
      `--namespace=${hubNamespace}`,
      "--disable-leader-election",
      `--listen=127.0.0.1:${port}`
    ]
  })
  yield* Effect.raceFirst(untilHealthy(`ocm-${name}`, port), running.ended)
})

/** Waits until the hub says that a cluster is available. */
const available = (hub: ControlPlane, cluster: string): Effect.Effect<void, TestenvError> => {
  const condition = '{.status.conditions[?(@.type=="ManagedClusterConditionAvailable")].status}'
  return kubectlOn(hub, ["get", "managedcluster", cluster, "-o", `jsonpath=${condition}`]).pipe(
    Effect.filterOrFail(
      (status) => status === "True",
      (status) => new TestenvError({ part: `ManagedCluster ${cluster}`, problem: `its availability is "${status}"` })
    ),
    Effect.retry(Schedule.max([Schedule.spaced("300 millis"), Schedule.recurs(200)]))
  )
}
