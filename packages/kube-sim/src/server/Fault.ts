import * as Duration from "effect/Duration"
import type { Call } from "./Call.ts"
import { type ApiError, apiError, conflict, outdated } from "./ApiError.ts"
import type { Server } from "./Server.ts"

/** The requests that a fault strikes; what is left out matches everything. */
export interface RequestMatch {
  readonly verb?: "get" | "list" | "watch" | "create" | "update" | "patch" | "apply" | "delete" | "deletecollection"
  readonly group?: string
  /** The plural, for example `manifestworks`. */
  readonly resource?: string
  readonly subresource?: "status"
  readonly namespace?: string
  readonly name?: string
}

/** What goes wrong on purpose. `times` is 1 unless said otherwise; a fault ends with its scope, used up or not. */
export type Fault = RequestMatch & { readonly times?: number } & (
    | {
        /** A write meets another writer: 409. */
        readonly _tag: "Conflict"
      }
    | {
        /** A watch is told that its resourceVersion is too old: 410. */
        readonly _tag: "Gone"
      }
    | {
        /** Open watches are cut at once, and of new ones the next `times` (0 when absent). */
        readonly _tag: "CutWatch"
      }
    | {
        /** Open watches fall silent for good, as over a connection that is gone without a word; so do the next `times`
         * (0 when absent) new ones. They end by the client alone. */
        readonly _tag: "StaleWatch"
      }
    | {
        /** The answer, or the first event of a watch, comes so much later; each time when `times` is absent. */
        readonly _tag: "Delay"
        readonly duration: Duration.Input
      }
    | {
        /** The request is refused, as by a webhook, a policy, or an overloaded server. */
        readonly _tag: "Refuse"
        readonly status: number
        readonly reason?: string
        readonly message: string
        readonly retryAfterSeconds?: number
      }
  )

const writeVerbs = new Set(["create", "update", "patch", "apply", "delete", "deletecollection"])

/** The refusal that a fault has for this call, if one strikes; it is used up by that. */
export const strike = (server: Server, call: Call): ApiError | undefined => {
  for (const armed of server.faults) {
    const { fault } = armed
    if (armed.left === 0 || !matches(fault, call)) continue
    if (fault._tag === "Refuse") {
      armed.left -= 1
      return apiError(fault.status, fault.reason ?? reasonFor(fault.status), fault.message, {
        ...(call.name !== undefined && { name: call.name }),
        ...(fault.retryAfterSeconds !== undefined && { retryAfterSeconds: fault.retryAfterSeconds })
      })
    }
    if (fault._tag === "Conflict" && writeVerbs.has(call.verb)) {
      armed.left -= 1
      return call.verb === "apply"
        ? conflict(call.kind.type, call.name ?? "", "another writer was faster")
        : outdated(call.kind.type, call.name ?? "")
    }
  }
  return undefined
}

/** Whether a fault of this kind strikes a watch; it is used up by that. */
export const strikeWatch = (server: Server, call: Call, tag: "Gone" | "CutWatch" | "StaleWatch"): boolean => {
  for (const armed of server.faults) {
    if (armed.fault._tag === tag && armed.left > 0 && matches({ ...armed.fault, verb: "watch" }, call)) {
      armed.left -= 1
      return true
    }
  }
  return false
}

/** How long the faults let this call wait; they are used up by that. */
export const delayOf = (server: Server, call: Call): Duration.Duration => {
  let sum = Duration.zero
  for (const armed of server.faults) {
    if (armed.fault._tag !== "Delay" || armed.left === 0 || !matches(armed.fault, call)) continue
    armed.left -= 1
    sum = Duration.sum(sum, Duration.fromInputUnsafe(armed.fault.duration))
  }
  return sum
}

/** How often a fault strikes. */
export const timesOf = (fault: Fault): number => fault.times ?? timesWhenAbsent[fault._tag]

const timesWhenAbsent = { Conflict: 1, Gone: 1, Refuse: 1, CutWatch: 0, StaleWatch: 0, Delay: Infinity } as const

const matches = (match: RequestMatch, call: Call): boolean =>
  (match.verb === undefined || match.verb === call.verb) &&
  (match.group === undefined || match.group === call.kind.type.group) &&
  (match.resource === undefined || match.resource === call.kind.type.plural) &&
  (match.subresource === undefined || match.subresource === call.subresource) &&
  (match.namespace === undefined || match.namespace === call.namespace) &&
  (match.name === undefined || match.name === call.name)

const reasonFor = (status: number): string => reasons[status] ?? (status >= 500 ? "InternalError" : "Unknown")

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  422: "Invalid",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
  504: "Timeout"
}
