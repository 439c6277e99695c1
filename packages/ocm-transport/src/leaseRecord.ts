import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import type { KubeObject } from "./KubeApi.ts"

/** What a Lease says of its holder; an empty `holder` has released it. */
export interface LeaseRecord {
  readonly holder: string
  readonly durationSeconds: number
  readonly acquireTime: string | undefined
  readonly transitions: number
}

/** What cannot be read counts as held by nobody, for no time. */
export const readLease = (lease: KubeObject): LeaseRecord => {
  const spec = Predicate.isReadonlyObject(lease["spec"]) ? lease["spec"] : {}
  const { holderIdentity, leaseDurationSeconds, acquireTime, leaseTransitions } = spec
  return {
    holder: Predicate.isString(holderIdentity) ? holderIdentity : "",
    durationSeconds: Predicate.isNumber(leaseDurationSeconds) ? leaseDurationSeconds : 0,
    acquireTime: Predicate.isString(acquireTime) ? acquireTime : undefined,
    transitions: Predicate.isNumber(leaseTransitions) ? leaseTransitions : 0
  }
}

/** The `spec` with which `identity` holds the lease from now on. */
export const heldBy = (
  identity: string,
  before: LeaseRecord | undefined,
  durationSeconds: number,
  now: DateTime.Utc
) => {
  const time = microTime(now)
  const isMine = before?.holder === identity
  return {
    holderIdentity: identity,
    leaseDurationSeconds: durationSeconds,
    acquireTime: isMine ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: before === undefined || isMine ? (before?.transitions ?? 0) : before.transitions + 1
  }
}

/** The `spec` of a lease that its holder gives back: the next one need not wait. */
export const released = (before: LeaseRecord, now: DateTime.Utc) => {
  const time = microTime(now)
  return {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: before.transitions
  }
}

/** metav1.MicroTime: six digits, no fewer. */
const microTime = (time: DateTime.Utc): string => DateTime.formatIso(time).replace(/\.(\d{3})Z$/u, ".$1000Z")
