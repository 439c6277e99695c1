import type { KubeObject, ManifestWorkSpec, ResourceType, Verdict } from "@multicluster-mesh/mesh-model"

/** A work that must be exactly so; works that no entry names are left as they are, byte for byte. */
export type WorkAction =
  | {
      readonly _tag: "ApplyWork"
      readonly cluster: string
      readonly name: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
      readonly spec: ManifestWorkSpec
    }
  | { readonly _tag: "DeleteWork"; readonly cluster: string; readonly name: string; readonly uid: string }

/** A change to an object on the hub. */
export type HubAction =
  /** The fields of `object` are what the hub owns of it from now on, whoever set them before. */
  | { readonly _tag: "ApplyObject"; readonly type: ResourceType; readonly object: KubeObject }
  /** The object, and only that very one, goes. */
  | {
      readonly _tag: "DeleteObject"
      readonly type: ResourceType
      readonly namespace: string
      readonly name: string
      readonly uid: string
    }
  /** Our finalizer is there, or is not; others' stay. */
  | {
      readonly _tag: "SetFinalizer"
      readonly type: ResourceType
      readonly namespace: string
      readonly name: string
      readonly uid: string
      readonly finalizer: string
      readonly present: boolean
    }

/** What the status of one object shall say; `verdicts` become its conditions. */
export interface StatusPlan {
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly generation: number | undefined
  readonly verdicts: ReadonlyArray<Verdict>
  /** The rest of the status, without conditions, observedGeneration and times. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Which rule of which resource put an object where it is. */
export interface Explanation {
  readonly cluster: string
  readonly object: KubeObject
  readonly work: string
  /** From the resource that a person wrote to the object. */
  readonly chain: ReadonlyArray<string>
}

/** What to do now; the same state gives the same plan, byte for byte. */
export interface Plan {
  /** Sorted by cluster and name. */
  readonly works: ReadonlyArray<WorkAction>
  /** In the order in which they make sense: records of removals before finalizers go. */
  readonly objects: ReadonlyArray<HubAction>
  readonly statuses: ReadonlyArray<StatusPlan>
  /** Every object that the plan wants on a cluster, delivered already or not. */
  readonly explanations: ReadonlyArray<Explanation>
  /** When time alone changes the plan; absent when it does not. RFC 3339. */
  readonly recheckAt: string | undefined
}
