import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { contains } from "../calls.ts"

/** A control plane whose objects exist. */
export interface Installed {
  readonly object: KubeObject
  readonly root: string
  /** Names of the istiod pods that run. */
  readonly pods: ReadonlyArray<string>
  /** Whether the workloads of the rendered generation are available. */
  readonly ready: boolean
}

/** The control planes that are installed, by namespace; `onChange` hears of each that comes, changes or goes. */
export interface InstalledPlanes {
  readonly all: ReadonlyMap<string, Installed>
  readonly set: (namespace: string, next: Installed) => Effect.Effect<void>
  readonly delete: (namespace: string) => Effect.Effect<void>
}

export const makeInstalledPlanes = (onChange: (namespace: string) => Effect.Effect<void>): InstalledPlanes => {
  const all = new Map<string, Installed>()
  return {
    all,
    set: (namespace, next) =>
      Effect.suspend(() => {
        const before = all.get(namespace)
        all.set(namespace, next)
        return before !== undefined && isSame(before, next) ? Effect.void : onChange(namespace)
      }),
    delete: (namespace) => Effect.suspend(() => (all.delete(namespace) ? onChange(namespace) : Effect.void))
  }
}

const isSame = (before: Installed, next: Installed): boolean =>
  before.object.metadata.uid === next.object.metadata.uid &&
  before.object.metadata.generation === next.object.metadata.generation &&
  before.root === next.root &&
  before.ready === next.ready &&
  contains(before.pods, next.pods)
