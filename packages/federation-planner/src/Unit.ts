import type { KubeObject, ObjectIdentity, Removal } from "@multicluster-mesh/mesh-model"

/** Objects of a unit that travel in one work. */
export interface Stage {
  /** Short word, part of the work's name: `rights`, `namespace`, `control-plane`, `roll`, `trust`, `peer`, `services`. */
  readonly name: string
  /** What the stage will hold, also while it cannot be rendered yet: the agent is asked about these beforehand. */
  readonly identities: ReadonlyArray<ObjectIdentity>
  /** The objects without our mark; undefined while an input that they are made from is not there yet. */
  readonly objects: ReadonlyArray<KubeObject> | undefined
  /** What the first delivery waits for beyond the stages before it, in words; undefined when for nothing. */
  readonly waitsFor: string | undefined
  /** The same as one word, where people have to tell it from all else. */
  readonly waitsReason?: string | undefined
}

/** Objects on one cluster that come together, stage by stage, and go in the opposite order. */
export interface Unit {
  /** `cluster/<cluster>`, `mesh/<cluster>/<mesh>` or `peering/<name>/left` (or right): stable, the mark is its hash. */
  readonly key: string
  readonly cluster: string
  /** From the resource that a person wrote to the unit, each `Kind namespace/name`. */
  readonly chain: ReadonlyArray<string>
  readonly stages: ReadonlyArray<Stage>
  readonly removal: Removal | undefined
  /** What must be gone before the removal starts, in words. Until then the unit is kept, and gets nothing new. */
  readonly removalWaitsFor?: string | undefined
  /** Hash of a unit that is gone: the Namespace that it left is used as it is, like one that nobody marked. */
  readonly inherits?: string | undefined
  /** Why the unit must stay exactly as it is: an input is unknown. */
  readonly heldBecause: string | undefined
}
