import type { Effect } from "effect/Effect"
import type { Stream } from "effect/Stream"
import type { KubeObject, ObjectRef, Selection } from "./KubeApi.ts"

export interface InformerOptions extends Selection {
  /** Cuts an object down to what is worth keeping; name, namespace, uid and resourceVersion must survive. */
  readonly project?: (object: KubeObject) => KubeObject
}

/** A copy of all objects of one selection that follows the server, and starts itself again after every fault. */
export interface Informer {
  /** The objects, in no order; waits for the first complete list. */
  readonly list: Effect<ReadonlyArray<KubeObject>>
  /** Waits for the first complete list. */
  readonly get: (ref: ObjectRef) => Effect<KubeObject | undefined>
  /**
   * Keys that changed: to begin with and after each further list all keys, vanished ones too, then one per event.
   * Each subscriber gets its own; a key that it has not taken yet waits once, however often it changes.
   */
  readonly changes: Stream<ObjectRef>
  /**
   * False before the first complete list and while the copy may be stale: not connected, kind not served, or connected
   * again less than a second ago, when what was missed may still be on its way.
   */
  readonly synced: Effect<boolean>
  /** Takes over what a write returned, if it is newer than the copy: the next read sees the write. */
  readonly upsert: (object: KubeObject) => Effect<void>
}
