import {
  holdLeadership,
  type KubeApi,
  type Leadership,
  type Readiness,
  type Standing
} from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"

/** The Lease that all instances of the hub controller want, in the namespace of the add-on. */
export const leaseName = "multicluster-mesh-hub-controller"

export interface LeadOptions {
  /** Not the one that the controller works with. */
  readonly leaseApi: KubeApi
  readonly addonNamespace: string
  /** Name of this instance; that of the host (in a pod, the pod's) with something random when absent. */
  readonly identity?: string
  readonly onReadiness: (readiness: Readiness) => Effect.Effect<void>
}

/** Holds the hub controller's lease or stands by, and says so: one that stands by does what it shall, so it is ready. */
export const leadHub = (options: LeadOptions): Effect.Effect<Leadership, never, Scope> => {
  const { leaseApi, addonNamespace, identity = `${hostname()}_${randomUUID()}`, onReadiness } = options
  return holdLeadership({
    api: leaseApi,
    namespace: addonNamespace,
    name: leaseName,
    identity,
    onStanding: (standing) => {
      const readiness = readinessOf(standing)
      const say = standing._tag === "Unknown" ? Effect.logWarning : Effect.logInfo
      return Effect.andThen(say(readiness.message), onReadiness(readiness))
    }
  })
}

const readinessOf = (standing: Standing): Readiness => {
  if (standing._tag === "Leads") return { ready: false, message: "leads, and starts" }
  if (standing._tag === "StandsBy") return { ready: true, message: `stands by: ${standing.leader} leads` }
  return { ready: false, message: `waits for the lease ${leaseName}: ${standing.problem}` }
}
