import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import { at, type ContractCase } from "./Case.ts"

const leases = (namespace: string, name?: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name === undefined ? "" : `/${name}`}`
const lease = (spec: object, metadata: object = {}) => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "leader", ...metadata },
  spec
})
const held = {
  holderIdentity: "one",
  leaseDurationSeconds: 15,
  acquireTime: "2026-01-02T03:04:05.000000Z",
  renewTime: "2026-01-02T03:04:05.678000Z",
  leaseTransitions: 0
}

/** Leases, as leader election uses them, and Events, as people read them. */
export const leasing: ReadonlyArray<ContractCase> = [
  {
    name: "a lease is kept as it was written",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", leases(namespace), { body: lease(held) })
      assert.equal(made.status, 201)
      assert.deepEqual(made.body["spec"], held)
    })
  },
  {
    name: "of two who make a lease, and of two who write over the same version, one fails",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", leases(namespace), { body: lease(held) })
      const second = yield* raw.request("POST", leases(namespace), { body: lease({ ...held, holderIdentity: "two" }) })
      assert.equal(second.status, 409)
      assert.equal(second.body["reason"], "AlreadyExists")

      const take = (holderIdentity: string) =>
        raw.request("PUT", leases(namespace, "leader"), {
          body: lease({ ...held, holderIdentity }, { resourceVersion: at(made.body, "metadata.resourceVersion") })
        })
      assert.equal((yield* take("three")).status, 200)
      const late = yield* take("four")
      assert.equal(late.status, 409)
      assert.equal(late.body["reason"], "Conflict")
      const live = yield* raw.request("GET", leases(namespace, "leader"))
      assert.equal(at(live.body, "spec.holderIdentity"), "three")
    })
  },
  {
    name: "a lease is given back by an empty holder",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", leases(namespace), { body: lease(held) })
      const free = yield* raw.request("PUT", leases(namespace, "leader"), {
        body: { ...made.body, spec: { ...held, holderIdentity: "", leaseDurationSeconds: 1 } }
      })
      assert.equal(free.status, 200)
      assert.equal(at(free.body, "spec.holderIdentity"), "")
    })
  },
  {
    name: "a time of a lease with fewer than six digits is refused",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const made = yield* raw.request("POST", leases(namespace), {
        body: lease({ ...held, renewTime: "2026-01-02T03:04:05.678Z" })
      })
      assert.equal(made.status, 400)
    })
  },
  {
    name: "an Event is made, and counted up by a merge patch",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const events = `/api/v1/namespaces/${namespace}/events`
      const made = yield* raw.request("POST", events, {
        body: {
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: "shop.1", namespace },
          involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: "shop", namespace },
          type: "Warning",
          reason: "Broken",
          message: "it is",
          source: { component: "hub" },
          reportingComponent: "hub",
          reportingInstance: "hub",
          firstTimestamp: "2026-01-02T03:04:05Z",
          lastTimestamp: "2026-01-02T03:04:05Z",
          count: 1
        }
      })
      assert.equal(made.status, 201)
      const again = yield* raw.request("PATCH", `${events}/shop.1`, {
        body: { count: 2, lastTimestamp: "2026-01-02T03:06:05Z" },
        contentType: "application/merge-patch+json"
      })
      assert.equal(again.status, 200)
      assert.deepEqual([again.body["count"], again.body["lastTimestamp"]], [2, "2026-01-02T03:06:05Z"])
    })
  }
]
