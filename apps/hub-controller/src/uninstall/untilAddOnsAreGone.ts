import { byKey, isDeleting, keyOf, labels, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeError, type KubeObject, makeHolderWatch } from "@multicluster-mesh/ocm-transport"
import { addOnKeys } from "@multicluster-mesh/ocm-transport/addon"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { leaseName } from "../leadHub.ts"
import { ifThere, patiently } from "./patiently.ts"
import { hubDeployment } from "./uninstallRights.ts"

export interface AddOnsOptions {
  readonly hub: KubeApi
  /** ManagedClusterAddOn, in a version that the hub serves. */
  readonly type: ResourceType
  readonly addonNamespace: string
  /** How long to wait, while a hub controller works. */
  readonly limit: Duration.Duration
  /** So long nobody must have led where there is a hub controller that should. */
  readonly patience: Duration.Duration
}

/** Our finalizers of a ManagedClusterAddOn. */
export const addOnFinalizers: ReadonlySet<string> = new Set([
  addOnKeys.preDeleteFinalizer,
  addOnKeys.oldPreDeleteFinalizer
])

export const listAddOns = (hub: KubeApi, type: ResourceType): Effect.Effect<ReadonlyArray<KubeObject>, KubeError> =>
  Effect.map(ifThere(hub.list(type, { fieldSelector: `metadata.name=${labels.addonName}` })), (list) =>
    (list?.items ?? []).toSorted(byKey(keyOf))
  )

/**
 * Has the add-on leave all clusters, and waits while a hub controller undoes the federations there: until nothing of
 * ours holds a ManagedClusterAddOn any more, until the limit, or until it is clear that nobody undoes them.
 */
export const untilAddOnsAreGone = Effect.fnUntraced(function* (
  options: AddOnsOptions
): Effect.fn.Return<void, KubeError> {
  const { hub, limit, patience, type } = options
  const isAbandoned = watchController(options)
  const say = makeTeller()
  const begun = yield* Clock.monotonicTimeNanos
  for (;;) {
    const waiting = (yield* patiently(listAddOns(hub, type))).filter((addOn) => !isDeleting(addOn) || isHeldByUs(addOn))
    if (waiting.length === 0)
      return yield* Effect.logInfo("the add-on leaves all clusters: no federation holds it any more")
    yield* say(waiting.map(lineOf))
    yield* Effect.forEach(
      waiting.filter((addOn) => !isDeleting(addOn)),
      (addOn) => deleteAddOn(hub, type, addOn),
      {
        concurrency: 10,
        discard: true
      }
    )
    if (Duration.isGreaterThanOrEqualTo(Duration.nanos((yield* Clock.monotonicTimeNanos) - begun), limit)) {
      return yield* Effect.logWarning(`${Duration.format(limit)} have passed: what is not undone by now is left`)
    }
    if (waiting.every(isDeleting) && (yield* patiently(isAbandoned))) {
      return yield* Effect.logWarning("no hub controller works: what is not undone is left")
    }
    yield* Effect.sleep(Duration.min(Duration.seconds(2), patience))
  }
})

const isHeldByUs = ({ metadata }: KubeObject): boolean =>
  metadata.finalizers?.some((finalizer) => addOnFinalizers.has(finalizer)) ?? false

/** Also one that OCM does not delete with its definition, because nobody has made it the owner. */
const deleteAddOn = (hub: KubeApi, type: ResourceType, { metadata: { name, namespace = "", uid } }: KubeObject) =>
  uid === undefined
    ? Effect.void
    : patiently(
        Effect.catchReason(
          ifThere(hub.delete(type, { name, namespace }, { uid })),
          "KubeError",
          // another one has come in its place: the next look sees it
          "Conflict",
          () => Effect.void
        )
      )

/**
 * Makes a look at whether nobody will undo anything any more. Where the Deployment is gone, nobody follows a hub
 * controller that does not show itself; else another pod may.
 */
const watchController = ({ addonNamespace: namespace, hub, patience }: AddOnsOptions) => {
  const look = makeHolderWatch(hub, { namespace, name: leaseName })
  return Effect.gen(function* () {
    const { holder, quietFor } = yield* look
    const deployment = yield* ifThere(hub.get(resources.deployments, { namespace, name: hubDeployment }))
    if (deployment === undefined && holder === "") return true
    return Duration.isGreaterThanOrEqualTo(quietFor, patience)
  })
}

const { String: text } = Schema
const decodeConditions = Schema.decodeUnknownOption(
  Schema.Struct({
    status: Schema.Struct({
      conditions: Schema.Array(Schema.Struct({ type: text, status: text, message: Schema.optionalKey(text) }))
    })
  })
)

const lineOf = (addOn: KubeObject): string => {
  const conditions = Option.getOrUndefined(decodeConditions(addOn))?.status.conditions ?? []
  const hook = conditions.find(({ type, status }) => type === "HookManifestCompleted" && status === "False")
  const waitsFor = isDeleting(addOn) ? (hook?.message ?? "waits for the hub controller") : "the add-on leaves"
  return `${addOn.metadata.namespace}: ${waitsFor}`
}

/** So many clusters are told of one by one. */
const mostTold = 20

/** Makes what logs the lines that were not among those of the last time. */
const makeTeller = () => {
  let last: ReadonlySet<string> = new Set()
  return Effect.fnUntraced(function* (lines: ReadonlyArray<string>) {
    const news = lines.filter((line) => !last.has(line))
    last = new Set(lines)
    for (const line of news.slice(0, mostTold)) yield* Effect.logInfo(line)
    if (news.length > mostTold) yield* Effect.logInfo(`and ${news.length - mostTold} other clusters`)
  })
}
