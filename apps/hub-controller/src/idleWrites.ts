import { isSameJson } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import type { Change } from "./Change.ts"

/** Remembers the writes that changed nothing, and on which version of their object: there they are not tried again. */
export interface IdleWrites {
  readonly has: (key: string, change: Change, live: KubeObject | undefined) => boolean
  readonly add: (key: string, change: Change, written: KubeObject) => void
  readonly delete: (key: string) => void
  /** Forgets the keys that nobody wants any more. */
  readonly keepOnly: (wanted: ReadonlyMap<string, Change>) => void
}

export const makeIdleWrites = (): IdleWrites => {
  const idle = new Map<string, { readonly change: Change; readonly version: string | undefined }>()
  return {
    has: (key, change, live) => {
      const tried = idle.get(key)
      return tried !== undefined && tried.version === live?.metadata.resourceVersion && isSameJson(tried.change, change)
    },
    add: (key, change, written) => void idle.set(key, { change, version: written.metadata.resourceVersion }),
    delete: (key) => void idle.delete(key),
    keepOnly: (wanted) => {
      for (const key of idle.keys()) if (!wanted.has(key)) idle.delete(key)
    }
  }
}
