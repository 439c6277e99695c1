import type { KubeObject, OwnerReference } from "@multicluster-mesh/ocm-transport"
import { type ObjectStore, storeKey } from "../store/ObjectStore.ts"

/** Which objects name which owners, by the owner's uid. */
export interface Ownership {
  readonly dependentsOf: (uid: string) => ReadonlyArray<Located>
}

/** An object and the resource under which it is stored. */
export interface Located {
  readonly resource: string
  readonly object: KubeObject
}

/** An index over `store` that follows its changes. */
export const makeOwnership = (store: ObjectStore): Ownership => {
  const byOwner = new Map<string, Map<string, { readonly resource: string; readonly key: string }>>()
  store.subscribe((resource, event) => {
    const { namespace, name } = event.object.metadata
    const key = storeKey(namespace, name)
    const id = `${resource} ${key}`
    for (const owner of ownersOf(event.before)) byOwner.get(owner.uid)?.delete(id)
    if (event.type === "DELETED") return
    for (const owner of ownersOf(event.object)) {
      const dependents = byOwner.get(owner.uid) ?? new Map()
      dependents.set(id, { resource, key })
      byOwner.set(owner.uid, dependents)
    }
  })
  return {
    dependentsOf: (uid) =>
      [...(byOwner.get(uid)?.values() ?? [])].flatMap(({ resource, key }) => {
        const object = store.collection(resource).get(key)
        return object === undefined ? [] : [{ resource, object }]
      })
  }
}

export const ownersOf = (object: KubeObject | undefined): ReadonlyArray<OwnerReference> =>
  object?.metadata.ownerReferences ?? []
