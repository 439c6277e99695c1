import type { AuditedCall, ControlPlane } from "@multicluster-mesh/testenv"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const writing = new Set(["create", "update", "patch", "delete", "deletecollection"])

const isLease = ({ objectRef, verb }: AuditedCall): boolean => writing.has(verb) && objectRef?.resource === "leases"

/** Whether a call has written something: leases say that we live, and questions about rights write nothing. */
const isWrite = ({ objectRef, verb }: AuditedCall): boolean =>
  writing.has(verb) && !/^(leases|self\w*reviews)$/u.test(objectRef?.resource ?? "")

const lineOf = ({ objectRef, requestReceivedTimestamp, responseStatus, user, verb }: AuditedCall): string =>
  `${requestReceivedTimestamp} ${user.username}: ${verb} ${objectRef?.resource ?? ""} ${objectRef?.namespace ?? ""}/${objectRef?.name ?? ""} ${responseStatus?.code ?? ""}`

const timeOf = ({ requestReceivedTimestamp }: AuditedCall): number => Date.parse(requestReceivedTimestamp)

const callsOf = (planes: ReadonlyArray<ControlPlane>, isOurs: (user: string) => boolean) =>
  Effect.map(
    Effect.forEach(planes, ({ calls }) => calls),
    (all) => all.flat().filter(({ user }) => isOurs(user.username))
  )

/** What `isOurs` have written since that time, by the audit logs of all API servers, as lines to read; and their leases. */
export const writtenSince = (planes: ReadonlyArray<ControlPlane>, isOurs: (user: string) => boolean, since: number) =>
  Effect.map(callsOf(planes, isOurs), (calls) => {
    const later = calls.filter((call) => timeOf(call) >= since)
    return { writes: later.filter(isWrite).map(lineOf), leases: later.filter(isLease).length }
  })

/** Who does not come to rest for so long never will. */
const patience = Duration.toMillis("3 minutes")

/**
 * Waits until `isOurs` have written nothing for `time`, the time before the call included, and returns how many leases
 * they have renewed meanwhile: who renews none does not live.
 */
export const untilQuiet = Effect.fnUntraced(function* (
  planes: ReadonlyArray<ControlPlane>,
  isOurs: (user: string) => boolean,
  time: Duration.Input
) {
  const quiet = Duration.toMillis(Duration.fromInputUnsafe(time))
  const started = yield* Clock.currentTimeMillis
  for (;;) {
    // what happens while the logs are read is seen next time
    const now = yield* Clock.currentTimeMillis
    const ours = yield* callsOf(planes, isOurs)
    const writes = ours.filter(isWrite)
    const begin = writes.reduce((latest, call) => Math.max(latest, timeOf(call)), 0)
    if (now - begin >= quiet) return ours.filter((call) => isLease(call) && timeOf(call) >= begin).length
    if (now - started > patience) {
      const last = writes.toSorted((a, b) => timeOf(a) - timeOf(b)).slice(-10)
      return yield* Effect.die(new Error(`there is no rest; the last writes:\n${last.map(lineOf).join("\n")}`))
    }
    yield* Effect.sleep(Math.min(2000, Math.max(500, quiet - (now - begin))))
  }
})
