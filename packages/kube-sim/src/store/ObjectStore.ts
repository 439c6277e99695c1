import type { KubeObject } from "@multicluster-mesh/ocm-transport"

/** One change of an object, as watches see it. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED"
  /** The new state; of a deletion the last one, at the revision of the deletion. */
  readonly object: KubeObject
  readonly before: KubeObject | undefined
  readonly revision: number
}

/** The objects of one resource, for example `apps/deployments`, keyed by `namespace/name`. */
export interface Collection {
  readonly get: (key: string) => KubeObject | undefined
  /** All objects, in the order of their keys. */
  readonly all: () => ReadonlyArray<KubeObject>
  /** What happened after a revision; undefined when part of it is forgotten. */
  readonly since: (revision: number) => ReadonlyArray<StoreEvent> | undefined
  /** All objects as they were at a revision, in the order of their keys; undefined when that is forgotten. */
  readonly at: (revision: number) => ReadonlyArray<KubeObject> | undefined
  readonly subscribe: (listener: (event: StoreEvent) => void) => () => void
}

/** Objects with one revision for all of them, like etcd under an API server; every write is synchronous. */
export interface ObjectStore {
  readonly revision: () => number
  readonly collection: (resource: string) => Collection
  readonly resources: () => ReadonlyArray<string>
  /** Stores the object under the next revision and returns it with that resourceVersion. */
  readonly put: (resource: string, object: KubeObject) => KubeObject
  /** Removes the object; returns its last state with the resourceVersion of the removal. */
  readonly remove: (resource: string, key: string) => KubeObject | undefined
  readonly subscribe: (listener: (resource: string, event: StoreEvent) => void) => () => void
  /** Forgets all that happened before, as etcd does when it is compacted. */
  readonly forget: () => void
}

/** The key of an object within its collection. */
export const storeKey = (namespace: string | undefined, name: string): string =>
  namespace === undefined || namespace === "" ? name : `${namespace}/${name}`

/** An empty store that remembers the last `historySize` changes of each resource for watches. */
export const makeObjectStore = (historySize: number): ObjectStore => {
  let revision = 0
  let forgotten = 0
  const collections = new Map<string, MutableCollection>()
  const listeners = new Set<(resource: string, event: StoreEvent) => void>()

  const collection = (resource: string): MutableCollection => {
    const existing = collections.get(resource)
    if (existing !== undefined) return existing
    const made = makeCollection(historySize, forgotten)
    collections.set(resource, made)
    return made
  }
  const emit = (resource: string, event: StoreEvent): void => {
    collection(resource).record(event)
    for (const listener of listeners) listener(resource, event)
  }

  return {
    revision: () => revision,
    collection,
    resources: () => [...collections.keys()],
    put: (resource, object) => {
      revision += 1
      const key = storeKey(object.metadata.namespace, object.metadata.name)
      const before = collection(resource).get(key)
      const stored = withResourceVersion(object, revision)
      collection(resource).set(key, stored)
      emit(resource, { type: before === undefined ? "ADDED" : "MODIFIED", object: stored, before, revision })
      return stored
    },
    remove: (resource, key) => {
      const before = collection(resource).get(key)
      if (before === undefined) return undefined
      revision += 1
      const object = withResourceVersion(before, revision)
      collection(resource).delete(key)
      emit(resource, { type: "DELETED", object, before, revision })
      return object
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    forget: () => {
      for (const known of collections.values()) known.forget(revision)
      forgotten = revision
    }
  }
}

interface MutableCollection extends Collection {
  readonly set: (key: string, object: KubeObject) => void
  readonly delete: (key: string) => void
  readonly record: (event: StoreEvent) => void
  readonly forget: (revision: number) => void
}

const makeCollection = (historySize: number, forgottenBefore: number): MutableCollection => {
  const objects = new Map<string, KubeObject>()
  const listeners = new Set<(event: StoreEvent) => void>()
  let history: Array<StoreEvent> = []
  let forgotten = forgottenBefore
  let sorted: ReadonlyArray<KubeObject> | undefined
  const all = (): ReadonlyArray<KubeObject> => {
    sorted ??= inOrder(objects)
    return sorted
  }
  const since = (after: number) => (after < forgotten ? undefined : history.filter((event) => event.revision > after))
  return {
    get: (key) => objects.get(key),
    all,
    since,
    at: (revision) => {
      const later = since(revision)
      return later === undefined || later.length === 0 ? later && all() : inOrder(withoutEvents(objects, later))
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set: (key, object) => {
      sorted = undefined
      objects.set(key, object)
    },
    delete: (key) => {
      sorted = undefined
      objects.delete(key)
    },
    record: (event) => {
      history.push(event)
      // cut in halves: cutting one by one would copy the history at each write
      if (history.length > 2 * historySize) {
        forgotten = history[history.length - historySize - 1]?.revision ?? forgotten
        history = history.slice(-historySize)
      }
      for (const listener of listeners) listener(event)
    },
    forget: (revision) => {
      history = []
      forgotten = revision
    }
  }
}

const inOrder = (objects: ReadonlyMap<string, KubeObject>): ReadonlyArray<KubeObject> =>
  [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)

/** The objects as they were before `events`. */
const withoutEvents = (
  objects: ReadonlyMap<string, KubeObject>,
  events: ReadonlyArray<StoreEvent>
): ReadonlyMap<string, KubeObject> => {
  const earlier = new Map(objects)
  for (const { before, object } of events.toReversed()) {
    const key = storeKey(object.metadata.namespace, object.metadata.name)
    if (before === undefined) earlier.delete(key)
    else earlier.set(key, before)
  }
  return earlier
}

const withResourceVersion = (object: KubeObject, revision: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) }
})
