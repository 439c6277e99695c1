import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { mergePatch } from "./mergePatch.ts"

export const recordUpdate = (input: { after: KubeObject; [field: string]: unknown }): KubeObject => input.after

export const applyObject = (input: {
  live: KubeObject | undefined
  applied: KubeObject
  [field: string]: unknown
}):
  | { _tag: "Applied"; object: KubeObject }
  | {
      _tag: "Conflicts"
      conflicts: ReadonlyArray<{ field: string; manager: string; operation: string; apiVersion: string }>
    } => ({
  _tag: "Applied",
  object: input.live === undefined ? input.applied : (mergePatch(input.live, input.applied) as KubeObject)
})
