import { byKey, type ManagedClusterAddOn, type ManifestWork, type Verdict } from "@multicluster-mesh/mesh-model"
import { holds } from "./judgeHealth.ts"

type ObservedCondition = NonNullable<NonNullable<ManagedClusterAddOn["status"]>["conditions"]>[number]

/** Puts our verdicts among the conditions of an add-on, and leaves those of OCM and of others as they are. */
export const withVerdicts = (
  conditions: ReadonlyArray<ObservedCondition>,
  verdicts: ReadonlyArray<Verdict>,
  generation: number | undefined,
  now: string
): ReadonlyArray<ObservedCondition> => {
  const ours = new Set(verdicts.map(({ type }) => type))
  const said = verdicts.map((verdict): ObservedCondition => {
    const before = conditions.find(({ type }) => type === verdict.type)
    return {
      ...verdict,
      message: verdict.message.slice(0, mostMessage),
      lastTransitionTime: before?.status === verdict.status ? (before.lastTransitionTime ?? now) : now,
      ...(generation === undefined ? {} : { observedGeneration: generation })
    }
  })
  return [...conditions.filter(({ type }) => !ours.has(type)), ...said].toSorted(byKey(({ type }) => type))
}

const mostMessage = 32_768

const verdict = (type: string, status: Verdict["status"], reason: string, message: string): Verdict => ({
  type,
  status,
  reason,
  message
})

/** How far the identity of the agent has come: its registration, and its rights. */
export const registrationVerdict = (state: {
  readonly registered: boolean
  readonly pending: string | undefined
  readonly failure: string | undefined
}): Verdict => {
  const type = "RegistrationApplied"
  if (state.failure !== undefined) return verdict(type, "False", "SetPermissionFailed", state.failure)
  if (state.pending !== undefined) return verdict(type, "False", "PermissionConfigPending", state.pending)
  return state.registered
    ? verdict(type, "True", "SetPermissionApplied", "the agent's identity is registered and has its rights")
    : verdict(type, "True", "NilRegistration", "the agent needs no identity on the hub")
}

/** How far the objects of the agent have come. */
export const manifestVerdict = (state: {
  /** Why the works are not as they should be on the hub. */
  readonly failure: string | undefined
  readonly works: ReadonlyArray<ManifestWork>
}): Verdict => {
  const type = "ManifestApplied"
  if (state.failure !== undefined) return verdict(type, "False", "ManifestWorkApplyFailed", state.failure)
  const unapplied = state.works.find((work) => !holds(work, "Applied"))
  return unapplied === undefined
    ? verdict(type, "True", "AddonManifestApplied", "the objects of the agent are applied")
    : verdict(type, "False", "AddonManifestAppliedFailed", whyUnapplied(unapplied))
}

const whyUnapplied = ({ metadata, status }: ManifestWork): string => {
  const failed = (status?.resourceStatus?.manifests ?? []).flatMap(({ resourceMeta, conditions = [] }) =>
    conditions
      .filter(({ type, status }) => type === "Applied" && status === "False")
      .map(({ message = "" }) => `${resourceMeta.kind ?? ""} ${resourceMeta.name ?? ""}: ${message}`)
  )
  const current = status?.conditions?.some(
    ({ type, observedGeneration }) => type === "Applied" && observedGeneration === metadata.generation
  )
  return current === true && failed.length > 0
    ? `ManifestWork ${metadata.name}: ${failed.join("; ")}`
    : `ManifestWork ${metadata.name} waits for the work agent of the cluster`
}
