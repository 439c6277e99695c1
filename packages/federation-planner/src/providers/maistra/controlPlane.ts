import { byText, resources, type Component, type KubeObject, type Mesh } from "@multicluster-mesh/mesh-model"
import type { PeeringGateways } from "./gateways.ts"

/** The facts of a mesh that its control plane is rendered from. */
export interface ControlPlaneWish {
  readonly mesh: Mesh
  readonly namespace: string
  readonly controlPlane: string
  readonly trustDomain: string
}

/** The ServiceMeshControlPlane of a mesh, with the gateways of all its peerings. */
export const controlPlaneOf = (wish: ControlPlaneWish, gateways: PeeringGateways): KubeObject => {
  const { components, profiles, version } = wish.mesh.spec.controlPlane
  const toggles = components === undefined ? { gateways: {} } : togglesOf(components)
  const hasPeerings = Object.keys(gateways.additionalIngress).length > 0
  return {
    apiVersion: "maistra.io/v2",
    kind: resources.controlPlanes.kind,
    metadata: { name: wish.controlPlane, namespace: wish.namespace },
    spec: {
      ...(version === undefined ? {} : { version }),
      ...(profiles === undefined ? {} : { profiles }),
      security: { trust: { domain: wish.trustDomain } },
      ...toggles,
      gateways: {
        // An empty object makes the operator dereference nil; false is what its own webhook says for a new one.
        openshiftRoute: { enabled: false },
        ...toggles.gateways,
        ...(hasPeerings ? { enabled: true, ...gateways } : {})
      }
    }
  }
}

/** Every component that can be switched, explicitly on or off: profiles alone never switch one off. */
const togglesOf = (components: ReadonlyArray<Component>) => {
  const enabled = (component: Component) => ({ enabled: components.includes(component) })
  return {
    gateways: { ingress: enabled("istio-ingress"), egress: enabled("istio-egress") },
    addons: { prometheus: enabled("prometheus"), grafana: enabled("grafana"), kiali: enabled("kiali") },
    tracing: { type: components.includes("tracing") ? "Jaeger" : "None" }
  }
}

/** The Namespace of a control plane. */
export const namespaceOf = (wish: ControlPlaneWish): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: wish.namespace }
})

/** The members that a mesh wishes, sorted. The control plane's own namespace is none: admission refuses it. */
export const membersOf = (wish: ControlPlaneWish): ReadonlyArray<string> =>
  [...new Set(wish.mesh.spec.meshMemberRoll)].filter((member) => member !== wish.namespace).sort(byText)

/** The member roll of a mesh; its name is fixed by the operator. */
export const memberRollOf = (wish: ControlPlaneWish): KubeObject => ({
  apiVersion: "maistra.io/v1",
  kind: resources.memberRolls.kind,
  metadata: { name: "default", namespace: wish.namespace },
  spec: { members: membersOf(wish) }
})
