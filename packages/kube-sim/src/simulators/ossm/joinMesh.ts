import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { ensure, find, listAll, remove } from "../calls.ts"
import { textAt } from "../fields.ts"
import type { Installed } from "./InstalledPlanes.ts"
import { isOwnMember, ownMember } from "./memberObjects.ts"
import { ensureRoot, memberOfLabel, rootConfigMapName, setMemberOf } from "./meshNamespaces.ts"
import { operatorManager } from "./operatorFinalizer.ts"

/** Takes a namespace into the mesh of a control plane. */
export const joinMesh = Effect.fnUntraced(function* (api: KubeApi, controlPlane: Installed, member: string) {
  const { namespace = "", name } = controlPlane.object.metadata
  yield* setMemberOf(api, member, namespace)
  yield* ensureRoot(api, member, controlPlane.root)
  yield* ensure(api, resources.members, ownMember(member, namespace, name), operatorManager)
})

/** Takes a namespace out of the mesh in `namespace`; a ServiceMeshMember that a user made there stays. */
export const leaveMesh = Effect.fnUntraced(function* (api: KubeApi, namespace: string, member: string) {
  yield* setMemberOf(api, member, undefined)
  yield* remove(api, resources.configMaps, { namespace: member, name: rootConfigMapName })
  const own = yield* find(api, resources.members, { namespace: member, name: "default" })
  if (own === undefined || !isOwnMember(own)) return
  if (textAt(own, "spec", "controlPlaneRef", "namespace") !== namespace) return
  yield* remove(api, resources.members, own.metadata)
})

/** The namespaces that say they are in the mesh in `namespace`, without that one itself. */
export const namesInMesh = (api: KubeApi, namespace: string) =>
  Effect.map(listAll(api, resources.namespaces, { labelSelector: `${memberOfLabel}=${namespace}` }), (all) =>
    all.map(({ metadata }) => metadata.name).filter((name) => name !== namespace)
  )
