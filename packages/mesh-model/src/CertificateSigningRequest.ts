import * as Schema from "effect/Schema"
import { ObjectMeta } from "./ObjectMeta.ts"
import { ObservedConditions } from "./ObservedConditions.ts"

/** What we read of a CertificateSigningRequest. The API server itself fills in who asks. */
export const CertificateSigningRequest = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("CertificateSigningRequest"),
  metadata: ObjectMeta,
  spec: Schema.Struct({
    /** The request itself: PEM in base64. */
    request: Schema.String,
    signerName: Schema.String,
    username: Schema.optionalKey(Schema.String),
    groups: Schema.optionalKey(Schema.Array(Schema.String)),
    usages: Schema.optionalKey(Schema.Array(Schema.String)),
    expirationSeconds: Schema.optionalKey(Schema.Int)
  }),
  status: Schema.optionalKey(
    Schema.Struct({ conditions: ObservedConditions, certificate: Schema.optionalKey(Schema.String) })
  )
})
export type CertificateSigningRequest = typeof CertificateSigningRequest.Type

export const decodeCertificateSigningRequest = Schema.decodeUnknownEffect(CertificateSigningRequest)
