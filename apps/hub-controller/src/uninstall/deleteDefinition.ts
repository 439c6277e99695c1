import { isDeleting, labels, type ResourceType } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { ifThere, patiently } from "./patiently.ts"
import { UninstallRefused } from "./UninstallRefused.ts"

const ref = { name: labels.addonName }

/**
 * Deletes the ClusterManagementAddOn, so that OCM brings the add-on to no cluster any more.
 *
 * Errors: `UninstallRefused` when it is that of another installation.
 */
export const deleteDefinition = (
  hub: KubeApi,
  type: ResourceType,
  addonNamespace: string
): Effect.Effect<void, KubeError | UninstallRefused> =>
  Effect.gen(function* () {
    const found = yield* ifThere(hub.get(type, ref))
    if (found === undefined) return yield* Effect.logInfo(`there is no ClusterManagementAddOn ${ref.name}`)
    const problem = whyNotOurs(found, addonNamespace)
    if (problem !== undefined) {
      return yield* new UninstallRefused({
        problem: `nothing is taken away: ClusterManagementAddOn ${ref.name} ${problem}. If it shall go, delete it, and run this again`
      })
    }
    const { uid } = found.metadata
    // one of the same name that came in its place meanwhile is another one (`Conflict`), and is judged anew
    if (!isDeleting(found) && uid !== undefined) yield* ifThere(hub.delete(type, ref, { uid }))
    return yield* Effect.logInfo(`ClusterManagementAddOn ${ref.name} is deleted: no cluster gets the add-on any more`)
  }).pipe(patiently)

/** The chart labels what it makes, and Helm notes of which release it is. */
const whyNotOurs = ({ metadata }: KubeObject, addonNamespace: string): string | undefined => {
  const { annotations = {}, labels: marks = {} } = metadata
  if (marks["app.kubernetes.io/name"] !== labels.addonName)
    return `has no label app.kubernetes.io/name=${labels.addonName}, so it is not this chart's`
  const namespace = annotations["meta.helm.sh/release-namespace"] ?? addonNamespace
  return namespace === addonNamespace ? undefined : `is of the Helm release in namespace ${namespace}`
}
