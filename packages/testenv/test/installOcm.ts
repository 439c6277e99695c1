import { ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { execFileSync } from "node:child_process"
import { join } from "node:path"

/**
 * OCM's CustomResourceDefinitions: the unmodified ones where MESH_FOREIGN_CRDS names a folder, else those of kube-sim
 * and a loose one for what kube-sim does not have.
 */
export const installOcm = (kubectl: string, kubeconfig: string): void => {
  const apply = (args: ReadonlyArray<string>, input?: string) =>
    execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, "apply", "--server-side", ...args], { input, stdio: "pipe" })
  const foreign = process.env["MESH_FOREIGN_CRDS"]
  if (foreign !== undefined) {
    for (const part of ["addon/v1alpha1", "cluster/v1", "cluster/v1beta1", "cluster/v1beta2", "work/v1"])
      apply(["-f", join(foreign, "ocm", part)])
    return
  }
  for (const definition of ocmHubCrds) apply(["-f", "-"], JSON.stringify(definition))
  if (ocmHubCrds.some(({ metadata }) => metadata.name === placements.metadata.name)) return
  apply(["-f", "-"], JSON.stringify(placements))
}

const placements = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "placements.cluster.open-cluster-management.io" },
  spec: {
    group: "cluster.open-cluster-management.io",
    scope: "Namespaced",
    names: { kind: "Placement", listKind: "PlacementList", plural: "placements", singular: "placement" },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
      }
    ]
  }
}
