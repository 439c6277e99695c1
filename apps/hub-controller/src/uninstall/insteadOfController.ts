import { resources } from "@multicluster-mesh/mesh-model"
import { holdLeadership, type KubeApi, type Standing } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { leaseName } from "../leadHub.ts"
import { ifThere, patiently } from "./patiently.ts"
import { UninstallRefused } from "./UninstallRefused.ts"
import { hubDeployment } from "./uninstallRights.ts"

/** Longer than a pod takes to end, and than a lease lives that nobody gave back. */
const patience = "1 minute"

/**
 * Stops the hub controller, and runs `work` in its place: with its lease, so that none that still ends, or stood by, sets
 * a finalizer again. Where there is no lease, nobody has led, and nobody is left to.
 *
 * Errors: `UninstallRefused` when another one keeps the lease.
 */
export const insteadOfController = Effect.fnUntraced(function* <A, E, R>(
  hub: KubeApi,
  addonNamespace: string,
  work: Effect.Effect<A, E, R>
) {
  const ref = { namespace: addonNamespace, name: leaseName }
  yield* patiently(ifThere(hub.delete(resources.deployments, { namespace: addonNamespace, name: hubDeployment })))
  const lease = yield* patiently(ifThere(hub.get(resources.leases, ref)))
  if (lease === undefined) return yield* work
  const done = yield* Effect.scoped(
    Effect.gen(function* () {
      const identity = `uninstall_${randomUUID()}`
      const { held, whileHeld } = yield* holdLeadership({ ...ref, api: hub, identity, onStanding: say })
      const refuse = Effect.gen(function* () {
        yield* Effect.sleep(patience)
        if (yield* held) return yield* Effect.never
        return yield* new UninstallRefused({
          problem: `a hub controller that is not of Deployment ${hubDeployment} keeps the lease ${addonNamespace}/${leaseName}, and would set its finalizers again: stop it, and run this again`
        })
      })
      return yield* Effect.raceFirst(whileHeld(work), refuse)
    })
  )
  yield* patiently(ifThere(hub.delete(resources.leases, ref)))
  return done
})

const say = (standing: Standing) => {
  if (standing._tag === "Leads")
    return Effect.logInfo("the hub controller has stopped, and its lease is held in its place")
  if (standing._tag === "StandsBy")
    return Effect.logInfo(`waits until the hub controller stops: ${standing.leader} leads`)
  return Effect.logWarning(`waits for the lease ${leaseName}: ${standing.problem}`)
}
