import * as Schema from "effect/Schema"

/**
 * What a plan must know of a certificate. Decoded at the edge, where a crypto library is at hand, so that planning
 * stays pure.
 *
 * Shape: `fingerprint` is the SHA-256 of the DER in lower-case hexadecimal digits; times are RFC 3339 in UTC.
 */
export const CertificateFacts = Schema.Struct({
  subject: Schema.String,
  issuer: Schema.String,
  serialNumber: Schema.String,
  fingerprint: Schema.String,
  notBefore: Schema.String,
  notAfter: Schema.String,
  isCA: Schema.Boolean,
  uris: Schema.Array(Schema.String),
  dnsNames: Schema.Array(Schema.String)
})
export type CertificateFacts = typeof CertificateFacts.Type
