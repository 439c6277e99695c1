import { manifestsOf, type KubeObject, type ManifestWork } from "@multicluster-mesh/mesh-model"
import { resourceIdentifierOf, resourceKey } from "./works.ts"

/** Whether the work agent says of the newest generation, as a whole and of each manifest, that it is applied. */
export const isApplied = (work: ManifestWork): boolean => {
  const applied = appliedConditions(work)
  return (
    isCurrent(work, "True") &&
    manifestsOf(work).every((object) => applied.get(resourceKey(resourceIdentifierOf(object)))?.status === "True")
  )
}

/** Why the work agent could not apply an object of the newest generation of a work; undefined when it did not say so. */
export const applyProblem = (work: ManifestWork | undefined, object: KubeObject): string | undefined => {
  if (work === undefined || !isCurrent(work, "False")) return undefined
  const applied = appliedConditions(work).get(resourceKey(resourceIdentifierOf(object)))
  return applied?.status === "False" ? applied.message : undefined
}

const isCurrent = (work: ManifestWork, status: string): boolean => {
  const applied = work.status?.conditions?.find((condition) => condition.type === "Applied")
  return applied?.status === status && applied.observedGeneration === work.metadata.generation
}

/** What the work agent says of each manifest, by its resource. */
const appliedConditions = (work: ManifestWork) =>
  new Map(
    (work.status?.resourceStatus?.manifests ?? []).map(({ conditions, resourceMeta }) => [
      resourceKey({
        group: resourceMeta.group ?? "",
        resource: resourceMeta.resource ?? "",
        namespace: resourceMeta.namespace ?? "",
        name: resourceMeta.name ?? ""
      }),
      conditions?.find((condition) => condition.type === "Applied")
    ])
  )
