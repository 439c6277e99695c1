import * as Schema from "effect/Schema"

/** One fault that the server names: the field it is about and what is wrong with it. */
export const StatusCause = Schema.Struct({
  field: Schema.optionalKey(Schema.String),
  reason: Schema.optionalKey(Schema.String),
  message: Schema.String
})
export type StatusCause = typeof StatusCause.Type

/** The object, or the namespace it shall lie in, does not exist (404 with a Status). */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {}) {}

/** The server does not know the kind at all: no such path (404 without an object in it). */
export class NotServed extends Schema.TaggedError<NotServed>()("NotServed", {}) {}

/** An object of that name exists already (409 on create). */
export class AlreadyExists extends Schema.TaggedError<AlreadyExists>()("AlreadyExists", {}) {}

/**
 * Another writer changed the object, owns one of its fields, or the uid is another one (409). `causes` names fields
 * and managers when an apply met the fields of others.
 */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", { causes: Schema.Array(StatusCause) }) {}

/** The object breaks the schema or a rule of its kind (422); `causes` names the fields. */
export class Invalid extends Schema.TaggedError<Invalid>()("Invalid", { causes: Schema.Array(StatusCause) }) {}

/** The credentials may not do this, or an admission webhook, policy or quota refuses it (403). */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", {}) {}

/** The server does not accept the credentials (401). */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {}) {}

/** The resource version or continue token is too old (410): list anew. */
export class Gone extends Schema.TaggedError<Gone>()("Gone", {}) {}

/** The server asks for fewer requests (429). */
export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", {
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {}

/** No usable answer: no connection, no credentials to show, a timeout, or a fault of the server (5xx). */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  /** Absent when there was no answer at all. */
  status: Schema.optionalKey(Schema.Int),
  retryAfter: Schema.optionalKey(Schema.Duration)
}) {}

/** The request itself is wrong (400, 405, 406, 413, 415, 501 …): repeating it does not help. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", { status: Schema.Int }) {}

/** Why a call failed, by what the caller can do about it. */
export const KubeErrorReason = Schema.Union([
  NotFound,
  NotServed,
  AlreadyExists,
  Conflict,
  Invalid,
  Forbidden,
  Unauthorized,
  Gone,
  TooManyRequests,
  Unavailable,
  Refused
])
export type KubeErrorReason = typeof KubeErrorReason.Type

/** A failed call to a Kubernetes API server. */
export class KubeError extends Schema.TaggedError<KubeError>()("KubeError", {
  /** Verb and target, for example `apply manifestworks.work.open-cluster-management.io east/shop`. */
  call: Schema.String,
  reason: KubeErrorReason,
  /** What the server, or the network, said. */
  detail: Schema.String
}) {
  override get message() {
    return `${this.call}: ${this.reason._tag}: ${this.detail}`
  }
}
