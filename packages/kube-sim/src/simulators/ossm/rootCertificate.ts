import "reflect-metadata"
import * as x509 from "@peculiar/x509"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const life = Duration.days(3650)

/** A self-signed root certificate in PEM, as istiod makes one for itself; its key is thrown away. */
export const makeRootCertificate = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const keys = yield* Effect.promise(() => crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]))
  const certificate = yield* Effect.promise(() =>
    x509.X509CertificateGenerator.createSelfSigned({
      name: "O=cluster.local",
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(now),
      notAfter: new Date(now + Duration.toMillis(life)),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
      ]
    })
  )
  return `${certificate.toString("pem").trim()}\n`
})
