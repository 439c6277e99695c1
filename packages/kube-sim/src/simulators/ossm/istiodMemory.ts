import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { at, dataAt, textAt } from "../fields.ts"
import { exportedServices } from "./exportRules.ts"
import type { Mesh } from "./Mesh.ts"
import { policyKey } from "./reach.ts"

/**
 * Takes peers whose objects are gone out of istiod's memory; roots and export policies stay (maistra/istio,
 * pkg/servicemesh/federation/server).
 */
export const forgetPeers = (mesh: Mesh, peers: ReadonlyArray<KubeObject>) => {
  for (const name of mesh.istiod.peers.keys()) {
    if (peers.some(({ metadata }) => metadata.name === name)) continue
    mesh.istiod.peers.delete(name)
    mesh.istiod.exported.delete(name)
    mesh.istiod.importRules.delete(name)
  }
}

/** Offers services to a peer. The first one makes the policy of port 15443, which then stays as it is. */
export const exportTo = (
  mesh: Mesh,
  name: string,
  set: KubeObject | undefined,
  services: ReadonlyArray<KubeObject>
) => {
  const peer = mesh.istiod.peers.get(name)
  if (peer === undefined) return
  const offered = services.filter((service) => isVisible(mesh, service, peer.first.ingress))
  const exported = set === undefined ? [] : exportedServices(set, name, offered)
  mesh.istiod.exported.set(name, exported)
  const policy = policyKey(name, peer.first.ingress)
  // made with the first service, with the client that AddPeer saw; without a client there is none
  if (exported.length > 0 && peer.first.clientID !== "" && !mesh.istiod.exportPolicies.has(policy)) {
    mesh.istiod.exportPolicies.set(policy, peer.first.clientID)
  }
}

/** Not exported: external services, the peer's own ingress, and what hides from the control plane's namespace. */
const isVisible = (mesh: Mesh, service: KubeObject, ingress: string): boolean => {
  if (at(service, "spec", "type") === "ExternalName") return false
  if (service.metadata.name === ingress && service.metadata.namespace === mesh.namespace) return false
  const exportTo = textAt(dataAt(service, "metadata", "annotations"), "networking.istio.io/exportTo")
  if (exportTo === undefined) return true
  const names = exportTo.split(",").map((name) => name.trim())
  const isOwn = names.includes(".") && service.metadata.namespace === mesh.namespace
  return names.includes("*") || names.includes(mesh.namespace) || isOwn
}
