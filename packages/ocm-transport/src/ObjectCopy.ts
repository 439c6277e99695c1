import type { KubeObject, ObjectRef } from "./KubeApi.ts"
import { isNewer, keyOf, refOf } from "./objects.ts"

/**
 * The objects of one selection as far as they are known. Each change happens at once and as a whole: lists, events
 * and own writes may come in any order, and an older state never replaces a newer one.
 */
export interface ObjectCopy {
  readonly all: () => ReadonlyArray<KubeObject>
  readonly get: (ref: ObjectRef) => KubeObject | undefined
  /** Takes over a complete list; returns the keys it holds and those that vanished. */
  readonly replaceAll: (objects: ReadonlyArray<KubeObject>, version: string) => ReadonlyArray<ObjectRef>
  readonly put: (object: KubeObject) => void
  readonly remove: (object: KubeObject) => void
  /** All events up to this version have been seen. */
  readonly passed: (version: string | undefined) => void
  /** Up to where the events have been seen: where a watch goes on. */
  readonly version: () => string
  /** Takes over what a write returned; `mayBeNew` says whether it belongs here although it is not known yet. */
  readonly takeOver: (object: KubeObject, mayBeNew: boolean) => void
}

export const makeObjectCopy = (): ObjectCopy => {
  let objects = new Map<string, KubeObject>()
  let seen = ""
  const known = (object: KubeObject) => objects.get(keyOf(refOf(object)))
  const isOlderThanKnown = (object: KubeObject) => isNewer(versionOf(known(object)), versionOf(object))
  const passed = (version: string | undefined) => {
    if (version !== undefined && version !== "") seen = version
  }
  return {
    all: () => [...objects.values()],
    get: (ref) => objects.get(keyOf(ref)),
    replaceAll: (listed, version) => {
      const before = objects
      objects = new Map()
      for (const object of listed) objects.set(keyOf(refOf(object)), object)
      for (const [key, object] of before) {
        // a write of ours that happened after the list was read
        if (isNewer(versionOf(object), version)) objects.set(key, object)
      }
      seen = version
      const vanished = [...before].filter(([key]) => !objects.has(key))
      return [...objects, ...vanished].map(([, object]) => refOf(object))
    },
    put: (object) => {
      passed(versionOf(object))
      if (!isOlderThanKnown(object)) objects.set(keyOf(refOf(object)), object)
    },
    remove: (object) => {
      passed(versionOf(object))
      if (!isOlderThanKnown(object)) objects.delete(keyOf(refOf(object)))
    },
    passed,
    version: () => seen,
    takeOver: (object, mayBeNew) => {
      // what is not newer than the events is known from them, perhaps as deleted
      const isNews =
        known(object) === undefined ? mayBeNew && isNewer(versionOf(object), seen) : !isOlderThanKnown(object)
      if (isNews) objects.set(keyOf(refOf(object)), object)
    }
  }
}

const versionOf = (object: KubeObject | undefined) => object?.metadata.resourceVersion
