import type { KubeObject, ObjectIdentity, ObjectMeta } from "@multicluster-mesh/mesh-model"
import type { SnapshotKindName } from "./snapshotKinds.ts"

/**
 * What could be read of one kind. Unknown is not empty: no right, a timeout, a list that is not complete yet.
 * `NotServed` means that the API server has confirmed that it does not know the kind.
 */
export type KindState =
  | { readonly _tag: "Known"; readonly objects: ReadonlyArray<KubeObject> }
  | { readonly _tag: "NotServed" }
  | { readonly _tag: "Unknown"; readonly message: string }

/** The kinds that one API version serves; empty when it is not served. */
export type ApiState =
  | { readonly _tag: "Known"; readonly kinds: ReadonlyArray<string> }
  | { readonly _tag: "Unknown"; readonly message: string }

/** What was found under the name of one object. `Absent` and `NotServed` are confirmed by a second, consistent read. */
export type Look =
  | { readonly _tag: "Present"; readonly metadata: ObjectMeta }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "NotServed" }
  | { readonly _tag: "Unknown"; readonly message: string }

/** One object that was looked up: because the hub asked for it, or because it carries the mark of the fleet. */
export interface ObjectLook extends ObjectIdentity {
  readonly look: Look
  /** Whether the look was taken after the agent had seen the hub's wish to have it confirmed. */
  readonly fresh?: boolean
}

/** What could be read of one kind in a namespace. `Hidden`: the agent has no right to list it, today or for good. */
export type ContentState = KindState | { readonly _tag: "Hidden" }

/** What is in a namespace that is to be removed. */
export interface NamespaceContents {
  readonly namespace: string
  /** By the `kind` of `contentKinds`; a kind that is missing is unknown. */
  readonly kinds: Readonly<Record<string, ContentState>>
}

/** All that an agent has read of its cluster, as one value. Order has no meaning in any list. */
export interface ClusterSnapshot {
  /** By the name of a snapshot kind; one that is missing is unknown. */
  readonly kinds: { readonly [Name in SnapshotKindName]?: KindState }
  /** By API version, for each of `snapshotApis`; one that is missing is unknown. */
  readonly apis: Readonly<Record<string, ApiState>>
  readonly objects: ReadonlyArray<ObjectLook>
  /** Why objects with the mark of the fleet that nobody asked for may be missing among `objects`; a line each. */
  readonly unseenMarks?: ReadonlyArray<string>
  readonly namespaces: ReadonlyArray<NamespaceContents>
}
