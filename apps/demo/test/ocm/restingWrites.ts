import type { AuditedCall, ControlPlane } from "@multicluster-mesh/testenv"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const writing = new Set(["create", "update", "patch", "delete", "deletecollection"])

const isLease = ({ objectRef, verb }: AuditedCall): boolean => writing.has(verb) && objectRef?.resource === "leases"

/** Whether a call has written something: leases say that we live, and questions about rights write nothing. */
const isWrite = ({ objectRef, verb }: AuditedCall): boolean =>
  writing.has(verb) && !/^(leases|self\w*reviews)$/u.test(objectRef?.resource ?? "")

const lineOf = ({ objectRef, responseStatus, user, verb }: AuditedCall): string =>
  `${user.username}: ${verb} ${objectRef?.resource ?? ""} ${objectRef?.namespace ?? ""}/${objectRef?.name ?? ""} ${responseStatus?.code ?? ""}`

/**
 * What `isOurs` write in the next `time`, by the audit logs of all API servers, as lines to read; and how many leases
 * they renew: who renews none does not live.
 */
export const writesDuring = Effect.fnUntraced(function* (
  planes: ReadonlyArray<ControlPlane>,
  isOurs: (user: string) => boolean,
  time: Duration.Input
) {
  const ours = Effect.forEach(planes, ({ calls }) =>
    Effect.map(calls, (all) => all.filter((call) => isOurs(call.user.username)))
  )
  const before = yield* ours
  yield* Effect.sleep(time)
  const news = (yield* ours).flatMap((all, index) => all.slice(before[index]?.length))
  return { writes: news.filter(isWrite).map(lineOf), leases: news.filter(isLease).length }
})

/** Waits until nothing of ours has been written for ten seconds. */
export const untilRest = Effect.fnUntraced(function* (
  planes: ReadonlyArray<ControlPlane>,
  isOurs: (user: string) => boolean
) {
  for (let looks = 0; looks < 12; looks += 1) {
    if ((yield* writesDuring(planes, isOurs, "10 seconds")).writes.length === 0) return
  }
  yield* Effect.die(new Error("there is no rest"))
})
