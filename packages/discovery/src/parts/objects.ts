import { byKey, identityKey, isDeleting, type MeshAgentSpec, ObjectReport } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot, ObjectLook } from "../ClusterSnapshot.ts"
import { markOf } from "../markOf.ts"
import { present } from "../present.ts"
import { bounded, fitting, type Problems } from "../Problems.ts"

/**
 * What is known of the asked objects, and of others that carry the mark of this fleet.
 *
 * An object that could not be read has no entry: unknown is not absent.
 */
export const reportObjects = (
  snapshot: ClusterSnapshot,
  asked: MeshAgentSpec,
  problems: Problems
): ReadonlyArray<ObjectReport> => {
  problems.push(...(snapshot.unseenMarks ?? []))
  const looks = new Map(snapshot.objects.map((object) => [identityKey(object), object]))
  const answers = (asked.objects ?? []).flatMap((identity): ReadonlyArray<ObjectReport> => {
    const found = looks.get(identityKey(identity))
    const look = found?.look ?? { _tag: "Unknown", message: "not looked up yet" }
    if (found === undefined || look._tag === "Unknown") {
      const name = identity.namespace === "" ? identity.name : `${identity.namespace}/${identity.name}`
      problems.push(`${identity.kind} ${name}: ${look._tag === "Unknown" ? look.message : ""}`)
      return []
    }
    const confirmed = identity.confirm === true && found.fresh === true
    return [{ ...reportOf(found, look), ...(confirmed ? { confirmed } : {}) }]
  })
  const answered = new Set((asked.objects ?? []).map(identityKey))
  const marked = [...looks.values()].flatMap((object) => {
    const { look } = object
    return look._tag === "Present" &&
      !answered.has(identityKey(object)) &&
      markOf(look.metadata)?.fleetId === asked.fleetId
      ? [reportOf(object, look)]
      : []
  })
  // the asked ones first: what is cut off then is at worst what nobody asked for
  const sorted = [...answers.toSorted(byKey(identityKey)), ...marked.toSorted(byKey(identityKey))]
  const fit = fitting(ObjectReport, sorted, identityKey, problems)
  return bounded(fit, 10_000, "objects", problems).toSorted(byKey(identityKey))
}

const reportOf = (
  { apiVersion, kind, namespace, name }: ObjectLook,
  look: Exclude<ObjectLook["look"], { readonly _tag: "Unknown" }>
): ObjectReport => ({
  apiVersion,
  kind,
  namespace,
  name,
  state: look._tag,
  ...(look._tag === "Present"
    ? present({
        mark: markOf(look.metadata),
        uid: look.metadata.uid,
        deleting: isDeleting(look) ? true : undefined
      })
    : {})
})
