import {
  decodeCertificateSigningRequest,
  decodeManagedCluster,
  decodeManagedClusterAddOn,
  resources
} from "@multicluster-mesh/mesh-model"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { KubeObject } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import { agentIdentity } from "./agentIdentity.ts"
import { type CsrFacts, judgeCsr, speaksFor } from "./judgeCsr.ts"
import { clusterNameLabel } from "./keys.ts"
import { type AddOnRuntime, fieldManagerOf } from "./AddOnRuntime.ts"

/** So many refused requests of one requester are told, each with an Event and a line in the log; then once that there are more. */
const mostTold = 20

/** Makes the reconcile of one certificate request: approves it, or says once why it is refused. */
export const makeApproveCsr = (runtime: AddOnRuntime) => {
  const { api, addOn, copies, events } = runtime
  // what was said of which request; a request that goes is forgotten
  const said = new Map<string, { readonly text: string; readonly requester: string }>()
  return Effect.fn("approveCsr")(function* (name: string): Effect.fn.Return<void, KubeError> {
    const object = yield* copies.csrs.get({ name })
    if (object === undefined) {
      said.delete(name)
      return undefined
    }
    const csr = yield* Effect.result(decodeCertificateSigningRequest(object))
    if (csr._tag === "Failure") return yield* Effect.logWarning(`certificate request ${name}: ${csr.failure.message}`)
    const verdict = judgeCsr(csr.success, yield* factsOf(runtime, clusterOf(object)))
    switch (verdict._tag) {
      case "Ignore":
        return undefined
      case "Refuse": {
        const text = `${object.metadata.uid} ${verdict.why}`
        if (said.get(name)?.text === text) return undefined
        const requester = csr.success.spec.username ?? ""
        said.set(name, { text, requester })
        const told = [...said.values()].filter((one) => one.requester === requester).length
        if (told > mostTold + 1) return undefined
        const message =
          told <= mostTold
            ? verdict.why
            : `${verdict.why}; ${mostTold} requests of ${requester} are refused already, and what else it asks for is not told: find out who asks so often`
        yield* Effect.logWarning(`certificate request ${name} is not approved: ${message}`).pipe(
          Effect.annotateLogs({ requester, cluster: clusterOf(object) })
        )
        return yield* events.record(object, { type: "Warning", reason: "NotApproved", message })
      }
      default: {
        const written = yield* api
          .replace(resources.certificateSigningRequests, approved(object, yield* DateTime.now), {
            subresource: "approval",
            fieldManager: fieldManagerOf(addOn)
          })
          .pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined))
        if (written === undefined) return undefined
        yield* copies.csrs.upsert(written)
        return yield* Effect.logInfo(`certificate request ${name} is approved`).pipe(
          Effect.annotateLogs({ cluster: clusterOf(object) })
        )
      }
    }
  })
}

/** The cluster that a request says to be of. */
export const clusterOf = ({ metadata }: KubeObject): string => metadata.labels?.[clusterNameLabel] ?? ""

const factsOf = Effect.fnUntraced(function* ({ addOn, addOnApi, copies }: AddOnRuntime, cluster: string) {
  const managed = yield* copies.clusters.get({ name: cluster })
  const onCluster = yield* copies.addOns.get({ name: addOn.name, namespace: cluster })
  const others = yield* copies.csrs.list
  const facts: CsrFacts = {
    addOn: addOn.name,
    identity:
      addOn.registration === undefined ? undefined : agentIdentity(cluster, addOn.name, addOn.registration.agentName),
    cluster: managed && (yield* Effect.orElseSucceed(decodeManagedCluster(managed), () => undefined)),
    managedClusterAddOn:
      onCluster &&
      (yield* Effect.orElseSucceed(decodeManagedClusterAddOn(addOnApi.addOnOf(onCluster)), () => undefined)),
    approved: others.filter((other) => isBy(other, cluster) && isApproved(other)).length,
    maxExpirationSeconds: addOn.registration?.maxExpirationSeconds
  }
  return facts
})

const conditionsOf = ({ status }: KubeObject): ReadonlyArray<unknown> =>
  Predicate.isReadonlyObject(status) && Array.isArray(status["conditions"]) ? status["conditions"] : []

/** Of all with the cluster's label: a label is anybody's to set, and what others ask must not use up what a cluster may. */
const isBy = (csr: KubeObject, cluster: string): boolean => {
  const { spec } = csr
  if (clusterOf(csr) !== cluster || !Predicate.isReadonlyObject(spec)) return false
  const { groups, username } = spec
  return (
    Predicate.isString(username) &&
    Array.isArray(groups) &&
    speaksFor({ username, groups: groups.filter(Predicate.isString) }, cluster)
  )
}

const isApproved = (csr: KubeObject): boolean =>
  conditionsOf(csr).some((condition) => Predicate.isReadonlyObject(condition) && condition["type"] === "Approved")

/** With its resourceVersion: what is approved is what was judged. */
const approved = (csr: KubeObject, at: DateTime.Utc): KubeObject => {
  const now = `${DateTime.formatIso(at).slice(0, 19)}Z`
  const condition = {
    type: "Approved",
    status: "True",
    reason: "AutoApprovedByHubCSRApprovingController",
    message: "The agent of the cluster asks for its own identity.",
    lastUpdateTime: now,
    lastTransitionTime: now
  }
  const status = Predicate.isReadonlyObject(csr["status"]) ? csr["status"] : {}
  return { ...csr, status: { ...status, conditions: [...conditionsOf(csr), condition] } }
}
