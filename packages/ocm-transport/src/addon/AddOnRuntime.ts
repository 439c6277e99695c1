import type { ManagedCluster, ManagedClusterAddOn, ManifestWork } from "@multicluster-mesh/mesh-model"
import type * as Duration from "effect/Duration"
import type { EventRecorder } from "../EventRecorder.ts"
import type { KubeApi, KubeObject } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import type { AddOn } from "./AddOn.ts"
import type { AddOnApi } from "./AddOnApi.ts"
import type { AddOnCopies } from "./AddOnCopies.ts"
import type { DesiredConfigs } from "./desiredConfigs.ts"

/** What the reconcile of an add-on works with. */
export interface AddOnRuntime {
  readonly api: KubeApi
  readonly addOnApi: AddOnApi
  readonly addOn: AddOn
  readonly copies: AddOnCopies
  readonly events: EventRecorder
  readonly preDeleteLimit: Duration.Duration
}

/** One add-on on one cluster, as it is now. */
export interface AddOnFacts {
  /** As the API server gave it. */
  readonly object: KubeObject
  readonly addOn: ManagedClusterAddOn
  readonly cluster: ManagedCluster | undefined
  readonly works: ReadonlyArray<ManifestWork>
  readonly configs: DesiredConfigs
}

/** What a step of the reconcile leaves to say: a call that failed is repeated, whatever else is done meanwhile. */
export interface Step {
  readonly problem: string | undefined
  readonly error?: KubeError
}

/** Field manager of what the framework writes for an add-on. */
export const fieldManagerOf = ({ name }: AddOn): string => `${name}-addon`
