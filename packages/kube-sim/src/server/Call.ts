import type { RequestMatch } from "./Fault.ts"
import type { Kind } from "./Kind.ts"
import type { User } from "./User.ts"

/** One request to a resource, understood. */
export interface Call {
  readonly verb: NonNullable<RequestMatch["verb"]>
  readonly kind: Kind
  readonly namespace: string | undefined
  /** Absent for collections, and on create until the body is read. */
  readonly name: string | undefined
  readonly subresource: "status" | undefined
  readonly query: URLSearchParams
  readonly body: Uint8Array
  readonly contentType: string
  readonly accept: string
  readonly manager: string
  readonly userAgent: string | undefined
  readonly user: User
  readonly dryRun: boolean
  /** Collected on the way, sent as `Warning` headers. */
  readonly warnings: Array<string>
}
