import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonObject } from "../schema/json.ts"

/** The status of a CustomResourceDefinition that is served; the conditions of one that was, as they are. */
export const establishedStatus = (crd: KubeObject): unknown => {
  const spec = isJsonObject(crd["spec"]) ? crd["spec"] : {}
  const before = isJsonObject(crd["status"]) ? crd["status"] : {}
  const versions = Array.isArray(spec["versions"]) ? spec["versions"].filter(isJsonObject) : []
  const storage = versions.find((version) => version["storage"] === true)?.["name"]
  const stored = Array.isArray(before["storedVersions"]) ? before["storedVersions"] : []
  return {
    conditions: before["conditions"] ?? [
      {
        type: "NamesAccepted",
        status: "True",
        reason: "NoConflicts",
        message: "no conflicts found",
        lastTransitionTime: crd.metadata.creationTimestamp
      },
      {
        type: "Established",
        status: "True",
        reason: "InitialNamesAccepted",
        message: "the initial names have been accepted",
        lastTransitionTime: crd.metadata.creationTimestamp
      }
    ],
    acceptedNames: spec["names"],
    storedVersions: stored.includes(storage) ? stored : [...stored, storage]
  }
}
