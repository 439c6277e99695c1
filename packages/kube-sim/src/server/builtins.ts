import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import type { Column, Kind } from "./Kind.ts"

const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }
const open: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true }

const builtin = (
  group: string,
  version: string,
  kind: string,
  plural: string,
  options: { readonly namespaced: boolean; readonly shortNames?: ReadonlyArray<string>; readonly status?: boolean }
): Kind => ({
  type: { group, version, kind, plural, namespaced: options.namespaced },
  singular: kind.toLowerCase(),
  listKind: `${kind}List`,
  shortNames: options.shortNames ?? [],
  categories: [],
  schema: open,
  subresources: { status: options.status ?? false },
  columns: [age],
  custom: false,
  storageVersion: version,
  rules: () => [],
  terminating: false
})

const rbac = "rbac.authorization.k8s.io"

/** The kinds that every server has. */
export const builtins: ReadonlyArray<Kind> = [
  builtin("", "v1", "Namespace", "namespaces", { namespaced: false, shortNames: ["ns"], status: true }),
  builtin("", "v1", "ConfigMap", "configmaps", { namespaced: true, shortNames: ["cm"] }),
  builtin("", "v1", "Secret", "secrets", { namespaced: true }),
  builtin("", "v1", "Service", "services", { namespaced: true, shortNames: ["svc"], status: true }),
  builtin("", "v1", "ServiceAccount", "serviceaccounts", { namespaced: true, shortNames: ["sa"] }),
  builtin("", "v1", "Event", "events", { namespaced: true, shortNames: ["ev"] }),
  builtin("", "v1", "Pod", "pods", { namespaced: true, shortNames: ["po"], status: true }),
  builtin("apps", "v1", "Deployment", "deployments", { namespaced: true, shortNames: ["deploy"], status: true }),
  builtin("apps", "v1", "ReplicaSet", "replicasets", { namespaced: true, shortNames: ["rs"], status: true }),
  builtin(rbac, "v1", "ClusterRole", "clusterroles", { namespaced: false }),
  builtin(rbac, "v1", "ClusterRoleBinding", "clusterrolebindings", { namespaced: false }),
  builtin(rbac, "v1", "Role", "roles", { namespaced: true }),
  builtin(rbac, "v1", "RoleBinding", "rolebindings", { namespaced: true }),
  builtin("coordination.k8s.io", "v1", "Lease", "leases", { namespaced: true }),
  builtin("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", { namespaced: true, shortNames: ["netpol"] }),
  builtin("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", { namespaced: true }),
  builtin("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", {
    namespaced: false,
    shortNames: ["crd", "crds"],
    status: true
  })
]
