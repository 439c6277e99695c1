import type { HubAction, Plan, StatusPlan, WorkAction } from "@multicluster-mesh/federation-planner"
import { resources, type ManifestWork, type ResourceType } from "@multicluster-mesh/mesh-model"
import { hubFieldManager, isSameWork, type KubeObject, type ObjectRef } from "@multicluster-mesh/ocm-transport"
import { isApplied } from "./isApplied.ts"
import { isSameStatus } from "./statusOf.ts"

/** One write that a plan may need. */
export type Change = WorkAction | HubAction | ({ readonly _tag: "WriteStatus" } & StatusPlan)

/** All that a plan wants to hold, by key: one object may have several, such as its fields and its status. */
export const changesOf = (plan: Plan): ReadonlyMap<string, Change> => {
  const statuses = plan.statuses.map(writeOf)
  return new Map([...plan.works, ...plan.objects, ...statuses].map((change) => [keyOf(change), change]))
}

/** The same plan of a status gives the same change. */
const writeOf = (status: StatusPlan): Change => {
  const known = writes.get(status)
  if (known !== undefined) return known
  const change: Change = { _tag: "WriteStatus", ...status }
  writes.set(status, change)
  return change
}

const writes = new WeakMap<StatusPlan, Change>()

/** What a change is about: it shares its key with an earlier plan's change that it replaces. */
const keyOf = (change: Change): string => {
  const { namespace = "", name } = refOf(change)
  return `${aspectOf(change)}/${typeOf(change).plural}/${namespace}/${name}`
}

const aspectOf = (change: Change): string => {
  switch (change._tag) {
    case "WriteStatus":
      return "status"
    case "SetFinalizer":
      return "finalizer"
    default:
      return "object"
  }
}

/** The kind of the object that changes. */
export const typeOf = (change: Change): ResourceType =>
  change._tag === "ApplyWork" || change._tag === "DeleteWork" ? resources.manifestWorks : change.type

/** The object that changes. */
export const refOf = (change: Change): ObjectRef => {
  switch (change._tag) {
    case "ApplyWork":
    case "DeleteWork":
      return { namespace: change.cluster, name: change.name }
    case "ApplyObject": {
      const { namespace, name } = change.object.metadata
      return namespace === undefined ? { name } : { namespace, name }
    }
    default:
      return { namespace: change.namespace, name: change.name }
  }
}

/** Makes an `isDone` that remembers its answers: plans and copies hand out the same objects until they change. */
export const rememberingDone = (): typeof isDone => {
  const answers = new WeakMap<Change, { readonly live: KubeObject | undefined; readonly is: boolean }>()
  return (change, live, work) => {
    const known = answers.get(change)
    if (known !== undefined && known.live === live) return known.is
    const is = isDone(change, live, work)
    answers.set(change, { live, is })
    return is
  }
}

/**
 * Whether there is nothing to write: `live` is what the API server has, `work` the same decoded where it is a work.
 * A write to an object that is gone, or that another one has replaced, has lost its sense.
 */
export const isDone = (change: Change, live: KubeObject | undefined, work: ManifestWork | undefined): boolean => {
  switch (change._tag) {
    case "ApplyWork":
      return work !== undefined && isSameWork(work, change)
    case "ApplyObject":
      return live !== undefined && isApplied(live, change.object, hubFieldManager)
    case "DeleteWork":
    case "DeleteObject":
      return live?.metadata.uid !== change.uid || live.metadata.deletionTimestamp !== undefined
    case "SetFinalizer":
      return (
        live?.metadata.uid !== change.uid ||
        (live.metadata.finalizers ?? []).includes(change.finalizer) === change.present
      )
    default:
      return live?.metadata.uid !== change.uid || isSameStatus(change, live)
  }
}
