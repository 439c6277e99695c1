import { importedAs } from "./importRules.ts"
import { meshKey } from "./Mesh.ts"
import type { OssmWorld } from "./OssmWorld.ts"
import { reachServices } from "./reach.ts"

/** How a request ends that a workload of a mesh sends to an imported host. */
export type ServiceCall =
  | { readonly _tag: "Answered"; readonly cluster: string; readonly namespace: string; readonly service: string }
  | { readonly _tag: "Refused"; readonly status: string }
  | { readonly _tag: "UnknownHost" }

/** Sends a request from the mesh `from` to `host`, along the gateways, policies and trust that are in force now. */
export const callService = (
  world: OssmWorld,
  from: { readonly cluster: string; readonly namespace: string; readonly name: string },
  host: string
): ServiceCall => {
  const mesh = world.meshes.get(meshKey(from))
  for (const name of mesh?.istiod.connectedAt.keys() ?? []) {
    if (mesh === undefined) break
    const rules = mesh.istiod.importRules.get(name)
    for (const remote of world.meshes.values()) {
      for (const [peer, exported] of remote.istiod.exported) {
        const service = exported.find((offered) => importedAs(rules, name, offered)?.hostname === host)
        if (service === undefined) continue
        const reached = reachServices(world, mesh, name)
        if (reached._tag === "Failed") return { _tag: "Refused", status: reached.status }
        if (reached.mesh !== remote || reached.peer !== peer) continue
        const { namespace, name: local } = service
        return { _tag: "Answered", cluster: remote.cluster, namespace, service: local }
      }
    }
  }
  return { _tag: "UnknownHost" }
}
