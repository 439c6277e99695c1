import type { KubeObject } from "@multicluster-mesh/ocm-transport"

const createdBy = "maistra.io/created-by"
const rollController = "maistra.io.servicemeshmemberroll-controller"

/** Whether the operator made the ServiceMeshMember for a namespace that a roll names. */
export const isOwnMember = ({ metadata }: KubeObject): boolean => metadata.annotations?.[createdBy] === rollController

/** The roll that the operator makes for the first member that asks to join. */
export const emptyRoll = (namespace: string): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMemberRoll",
  metadata: {
    name: "default",
    namespace,
    annotations: { [createdBy]: "maistra.io.servicemeshmember-controller" }
  },
  spec: { members: [] }
})

/** The member that the operator makes in a namespace that joins by the roll. */
export const ownMember = (namespace: string, planeNamespace: string, plane: string): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: "ServiceMeshMember",
  metadata: { name: "default", namespace, annotations: { [createdBy]: rollController } },
  spec: { controlPlaneRef: { namespace: planeNamespace, name: plane } }
})
