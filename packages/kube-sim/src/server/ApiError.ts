import * as Data from "effect/Data"
import type { FieldError } from "../schema/FieldError.ts"

/** One fault that a Status names. */
export interface StatusCause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

/** What a Status is about. */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: ReadonlyArray<StatusCause>
  readonly retryAfterSeconds?: number
}

/** metav1.Status of a refusal. */
export interface Status {
  readonly kind: "Status"
  readonly apiVersion: "v1"
  readonly metadata: object
  readonly status: "Failure"
  readonly message: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code: number
}

/** A request that the server refuses: the answer is `status`. */
export class ApiError extends Data.TaggedError("ApiError")<{ readonly status: Status }> {
  override get message() {
    return this.status.message
  }
}

/** The resource that a message speaks of. */
export interface Target {
  readonly group: string
  readonly plural: string
  readonly kind: string
}

/** A refusal; without a reason where `reason` is empty, as a real server has it for faults of its own. */
export const apiError = (code: number, reason: string, message: string, details?: StatusDetails): ApiError =>
  new ApiError({
    status: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason !== "" && { reason }),
      ...(details && { details }),
      code
    }
  })

const qualified = (target: Target): string => (target.group === "" ? target.plural : `${target.plural}.${target.group}`)

const detailsOf = (target: Target, name: string): StatusDetails => ({
  name,
  ...(target.group !== "" && { group: target.group }),
  kind: target.plural
})

export const notFound = (target: Target, name: string): ApiError =>
  apiError(404, "NotFound", `${qualified(target)} "${name}" not found`, detailsOf(target, name))

export const alreadyExists = (target: Target, name: string): ApiError =>
  apiError(409, "AlreadyExists", `${qualified(target)} "${name}" already exists`, detailsOf(target, name))

export const conflict = (target: Target, name: string, why: string): ApiError =>
  apiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(target)} "${name}": ${why}`,
    detailsOf(target, name)
  )

/** The conflict of a write over an outdated resourceVersion. */
export const outdated = (target: Target, name: string): ApiError =>
  conflict(target, name, "the object has been modified; please apply your changes to the latest version and try again")

export const forbidden = (target: Target, name: string, why: string, causes?: ReadonlyArray<StatusCause>): ApiError =>
  apiError(403, "Forbidden", `${qualified(target)} "${name}" is forbidden: ${why}`, {
    ...detailsOf(target, name),
    ...(causes && { causes })
  })

/** 422: the fields that break the schema or a rule; `message` of a fault does not repeat its field. */
export const invalid = (target: Target, name: string, faults: ReadonlyArray<FieldError>): ApiError => {
  const lines = faults.map((fault) => `${fault.field}: ${fault.message}`)
  const kind = target.group === "" ? target.kind : `${target.kind}.${target.group}`
  return apiError(
    422,
    "Invalid",
    `${kind} "${name}" is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`}`,
    {
      ...(name !== "" && { name }),
      ...(target.group !== "" && { group: target.group }),
      kind: target.kind,
      causes: faults.map(({ field, reason, message }) => ({ reason, message, field }))
    }
  )
}

export const badRequest = (message: string): ApiError => apiError(400, "BadRequest", message)

export const methodNotAllowed = (message: string): ApiError => apiError(405, "MethodNotAllowed", message)

/** 410; `metadata` may carry a token to go on with. */
export const expired = (message: string, metadata: object = {}): ApiError => {
  const { status } = apiError(410, "Expired", message)
  return new ApiError({ status: { ...status, metadata } })
}

/** What this server does not do: loud, so that nobody takes silence for an answer. */
export const notImplemented = (what: string): ApiError =>
  apiError(501, "NotImplemented", `kube-sim does not implement ${what}`)
