import { byText, isDeleting, maistra } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../../ClusterSnapshot.ts"
import { decodedOf, type Problems } from "../../Problems.ts"

interface Members {
  readonly configured: ReadonlyArray<string>
  readonly pending: ReadonlyArray<string>
}

/**
 * Returns, by control plane namespace, the member namespaces of a mesh.
 *
 * A namespace joins by the roll, by the roll's selectors or by its own ServiceMeshMember: what the roll resolved to
 * stands in its status alone. One that is configured and, during a reconcile, pending too counts as configured.
 */
export const readMembers = (snapshot: ClusterSnapshot, problems: Problems): ((namespace: string) => Members) => {
  const rolls = decodedOf(snapshot, "MemberRolls", maistra.ServiceMeshMemberRoll, problems) ?? []
  const members = decodedOf(snapshot, "Members", maistra.ServiceMeshMember, problems) ?? []
  return (namespace) => {
    const roll = rolls.find(({ metadata }) => metadata.name === "default" && metadata.namespace === namespace)
    const configured = new Set(roll?.status?.configuredMembers)
    const joining = members
      .filter((member) => !isDeleting(member) && member.spec?.controlPlaneRef?.namespace === namespace)
      .map((member) => member.metadata.namespace ?? "")
    const wished = [
      ...(roll?.spec?.members ?? []),
      ...(roll?.status?.members ?? []),
      ...(roll?.status?.pendingMembers ?? []),
      ...joining
    ]
    // "*" is a rule, not a namespace; the operator drops the control plane's own namespace from every roll
    const pending = new Set(
      wished.filter((member) => member !== "*" && member !== namespace && !configured.has(member))
    )
    return { configured: [...configured].sort(byText), pending: [...pending].sort(byText) }
  }
}
