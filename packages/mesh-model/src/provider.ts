import * as Schema from "effect/Schema"

/** The mesh products that we know, by the names that people write in `meshProvider`. */
export const MeshProvider = Schema.Literals(["Openshift Service Mesh"]).annotate({
  description: "Mesh product. Openshift Service Mesh is OpenShift Service Mesh 2 (Maistra)."
})
export type MeshProvider = typeof MeshProvider.Type

/** The components of OpenShift Service Mesh 2 that a control plane may have, by the names of its own status. */
export const Component = Schema.Literals([
  "istio-discovery",
  "mesh-config",
  "telemetry-common",
  "istio-ingress",
  "istio-egress",
  "prometheus",
  "grafana",
  "tracing",
  "kiali"
])
export type Component = typeof Component.Type

/** How far peers trust each other. */
export const TrustType = Schema.Literals(["Limited", "Complete"])
export type TrustType = typeof TrustType.Type
