import { byKey, type ClusterReport, type MeshAgentSpec, type ReportPart } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "./ClusterSnapshot.ts"
import type { Detector } from "./detectors/Detector.ts"
import { detectMaistra } from "./detectors/maistra.ts"
import { reportApis } from "./parts/apis.ts"
import { reportNamespaces } from "./parts/namespaces.ts"
import { reportObjects } from "./parts/objects.ts"
import { reportOperators } from "./parts/operators.ts"
import { reportServices } from "./parts/services.ts"
import { bounded, messageOf, type Problems } from "./Problems.ts"

const detectors: ReadonlyArray<Detector> = [detectMaistra]

/**
 * Says all that the hub needs to know of a cluster, from what the agent has read of it.
 *
 * Shape: sorted and within the bounds of the schema. Whatever is malformed, too much or could not be read is missing,
 * and makes its part incomplete, with a message that names it; it hides nothing else. The same snapshot in whichever
 * order gives the same report, byte for byte.
 */
export const reportCluster = (snapshot: ClusterSnapshot, asked: MeshAgentSpec): ClusterReport => {
  const parts: Array<ClusterReport["parts"][number]> = []
  const part = <A>(name: ReportPart, read: (problems: Problems) => A): A => {
    const problems: Problems = []
    const found = read(problems)
    parts.push(
      problems.length === 0 ? { name, complete: true } : { name, complete: false, message: messageOf(problems) }
    )
    return found
  }
  const report = {
    apis: part("APIs", (problems) => reportApis(snapshot, problems)),
    operators: part("Operators", (problems) => reportOperators(snapshot, problems)),
    controlPlanes: part("ControlPlanes", (problems) => {
      const found = detectors
        .flatMap((detect) => detect(snapshot, problems))
        .sort(byKey(({ namespace, name }) => `${namespace}/${name}`))
      return bounded(found, 100, "control planes", problems)
    }),
    objects: part("Objects", (problems) => reportObjects(snapshot, asked, problems)),
    services: part("Services", (problems) => reportServices(snapshot, asked, problems)),
    namespaces: part("Namespaces", (problems) => reportNamespaces(snapshot, asked, problems))
  }
  return { parts: parts.sort(byKey(({ name }) => name)), ...report }
}
