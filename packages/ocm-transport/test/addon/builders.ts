import type { ManagedClusterAddOn, ManifestWork } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../../src/KubeApi.ts"

export const uid = "uid-of-the-add-on"

export const addOnOn = (namespace: string, changes: Partial<ManagedClusterAddOn> = {}): ManagedClusterAddOn => ({
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata: { name: "mesh", namespace, uid, generation: 1 },
  ...changes
})

export const objectOf = (
  apiVersion: string,
  kind: string,
  name: string,
  fields: Readonly<Record<string, unknown>> = {},
  namespace?: string
): KubeObject => ({
  apiVersion,
  kind,
  metadata: namespace === undefined ? { name } : { name, namespace },
  ...fields
})

export const workWith = (changes: Partial<ManifestWork> = {}): ManifestWork => ({
  apiVersion: "work.open-cluster-management.io/v1",
  kind: "ManifestWork",
  metadata: { name: "addon-mesh-deploy-0", namespace: "east", generation: 2 },
  spec: { workload: { manifests: [] } },
  ...changes
})
