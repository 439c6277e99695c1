import type { ManifestWork, Verdict } from "@multicluster-mesh/mesh-model"
import type { ClusterKnowledge } from "./Knowledge.ts"
import type { Explanation, WorkAction } from "./Plan.ts"
import type { Unit } from "./Unit.ts"

/** What a unit's plan depends on beside the unit. */
export interface UnitFacts {
  readonly fleetId: string
  readonly now: string
  readonly knowledge: ClusterKnowledge
  /** The works of this unit, as received. */
  readonly works: ReadonlyArray<ManifestWork>
}

/** How far one stage is. */
export interface StageProgress {
  readonly name: string
  /** Whether a work carries it, or will after this plan; true also when there is nothing to carry. */
  readonly delivered: boolean
  /** Whether the agent reports every object of it as ours, or as one that is used as it is. */
  readonly settled: boolean
  /** What it waits for; undefined when for nothing. */
  readonly wait: Wait | undefined
}

/** What a stage waits for. */
export interface Wait {
  /** In words, reads on from "waits for". */
  readonly message: string
  /** As one word, where people have to tell it from all else. */
  readonly reason?: string | undefined
  /** Set where the cluster refuses an object, with what it says. */
  readonly refused?: { readonly kind: string; readonly problem: string } | undefined
}

/** What to do for one unit now, and how far it is. */
export interface UnitPlan {
  readonly key: string
  readonly cluster: string
  readonly works: ReadonlyArray<WorkAction>
  /** `Held`: nothing is touched. `Gone`: its removal is complete. */
  readonly phase: "Held" | "Delivering" | "Settled" | "Removing" | "Gone"
  /** What it waits for, in words; empty when for nothing. */
  readonly message: string
  /** The same as a value, where stages are delivered. */
  readonly wait: Wait | undefined
  /** Why it cannot go on until a person acts: a collision, or a work that is too large. */
  readonly problem: Verdict | undefined
  readonly stages: ReadonlyArray<StageProgress>
  /** What a removal leaves on the cluster, and why. */
  readonly left: ReadonlyArray<string>
  readonly explanations: ReadonlyArray<Explanation>
  readonly recheckAt: string | undefined
}

/** A plan that touches nothing. */
export const nothingToDo = (unit: Unit): UnitPlan => ({
  key: unit.key,
  cluster: unit.cluster,
  works: [],
  phase: "Delivering",
  message: "",
  wait: undefined,
  problem: undefined,
  stages: [],
  left: [],
  explanations: [],
  recheckAt: undefined
})
