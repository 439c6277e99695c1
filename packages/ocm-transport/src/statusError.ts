import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import {
  AlreadyExists,
  Conflict,
  Forbidden,
  Gone,
  Invalid,
  KubeError,
  type KubeErrorReason,
  NotFound,
  NotServed,
  Refused,
  type StatusCause,
  TooManyRequests,
  Unauthorized,
  Unavailable
} from "./KubeError.ts"

/** An answer that is not the wished one; `body` is text as received or a parsed Status. */
export interface Refusal {
  readonly status: number
  readonly body: unknown
  readonly retryAfter?: string | undefined
}

/** Turns an answer of 400 or above, or the Status of a watch's ERROR event, into our error. */
export const statusError = (call: string, refusal: Refusal): KubeError => {
  const status = statusOf(refusal.body)
  return new KubeError({ call, reason: reasonOf(refusal, status), detail: detailOf(refusal, status) })
}

/** A call that got no answer at all. */
export const noAnswer = (call: string, detail: string): KubeError =>
  new KubeError({ call, reason: new Unavailable({}), detail })

/** The status of the answer behind an error; undefined when there was none. */
export const codeOf = ({ reason }: KubeError): number | undefined =>
  reason._tag === "Refused" || reason._tag === "Unavailable" ? reason.status : codes[reason._tag]

const codes = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  NotServed: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Invalid: 422,
  TooManyRequests: 429
} as const

interface Status {
  readonly message: string | undefined
  readonly reason: string | undefined
  readonly details: { readonly [field: PropertyKey]: unknown }
}

const reasonOf = (refusal: Refusal, status: Status | undefined): KubeErrorReason => {
  const wait = retryAfterOf(refusal, status)
  switch (refusal.status) {
    case 401:
      return new Unauthorized({})
    case 403:
      return new Forbidden({})
    case 404:
      // a path that nobody serves is answered by plain text, or by a Status without an object in it
      return status?.details["name"] === undefined ? new NotServed({}) : new NotFound({})
    case 409:
      return status?.reason === "AlreadyExists" ? new AlreadyExists({}) : new Conflict({ causes: causesOf(status) })
    case 410:
      return new Gone({})
    case 422:
      return new Invalid({ causes: causesOf(status) })
    case 429:
      return new TooManyRequests(wait)
    case 501:
      return new Refused({ status: 501 })
    default:
      return refusal.status >= 500
        ? new Unavailable({ status: refusal.status, ...wait })
        : new Refused({ status: refusal.status })
  }
}

const statusOf = (body: unknown): Status | undefined => {
  if (!Predicate.isReadonlyObject(body) || body["kind"] !== "Status") return undefined
  return {
    message: textOf(body["message"]),
    reason: textOf(body["reason"]),
    details: Predicate.isReadonlyObject(body["details"]) ? body["details"] : {}
  }
}

const causesOf = (status: Status | undefined): ReadonlyArray<StatusCause> => {
  const causes = status?.details["causes"]
  if (!Array.isArray(causes)) return []
  return causes.filter(Predicate.isReadonlyObject).map((cause) => ({
    ...(Predicate.isString(cause["field"]) && { field: cause["field"] }),
    ...(Predicate.isString(cause["reason"]) && { reason: cause["reason"] }),
    message: textOf(cause["message"]) ?? ""
  }))
}

const textOf = (value: unknown): string | undefined => (Predicate.isString(value) ? value : undefined)

/** The header, in seconds or as a date's text (which we leave out), before the Status's own number. */
const retryAfterOf = (refusal: Refusal, status: Status | undefined): { readonly retryAfter?: Duration.Duration } => {
  const header = refusal.retryAfter === undefined ? Number.NaN : Number(refusal.retryAfter)
  const seconds = Number.isFinite(header) ? header : status?.details["retryAfterSeconds"]
  return Predicate.isNumber(seconds) && seconds >= 0 ? { retryAfter: Duration.seconds(seconds) } : {}
}

/** A proxy's error page may be long: its beginning says enough. */
const detailOf = (refusal: Refusal, status: Status | undefined): string => {
  if (status?.message !== undefined) return status.message
  if (status?.reason !== undefined) return status.reason
  const text = Predicate.isString(refusal.body) ? refusal.body : (JSON.stringify(refusal.body) ?? "")
  return text.trim() === "" ? `HTTP ${refusal.status}` : `HTTP ${refusal.status}: ${text.trim().slice(0, 300)}`
}
