import "reflect-metadata"
import * as x509 from "@peculiar/x509"
import { generateKeyPairSync, randomBytes, webcrypto } from "node:crypto"

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const lifetimeMillis = 30 * 24 * 3600 * 1000

/** A certificate and its private key, as PEM texts. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** A certificate authority of one test run; what it signs lives for a month. */
export interface Authority extends KeyPair {
  /** For a server that is reached at the IP addresses and host names `hosts`. */
  readonly signServer: (name: string, hosts: ReadonlyArray<string>) => Promise<KeyPair>
  /** For the Kubernetes user `name` in the groups `groups`. */
  readonly signClient: (name: string, groups: ReadonlyArray<string>) => Promise<KeyPair>
}

export const makeAuthority = async (name: string): Promise<Authority> => {
  const keys = await newKeys()
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true)
    ]
  })
  const sign = async (subject: string, extensions: ReadonlyArray<x509.Extension>): Promise<KeyPair> => {
    const leaf = await newKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      subject,
      issuer: own.subject,
      publicKey: leaf.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [...extensions]
    })
    return { certificate: certificate.toString("pem"), key: await privatePem(leaf.privateKey) }
  }
  return {
    certificate: own.toString("pem"),
    key: await privatePem(keys.privateKey),
    signServer: (subject, hosts) =>
      sign(`CN=${subject}`, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          hosts.map((value) => ({ type: /^[0-9.]+$/u.test(value) ? ("ip" as const) : ("dns" as const), value }))
        )
      ]),
    signClient: (user, groups) =>
      sign([...groups.map((group) => `O=${group}`), `CN=${user}`].join(","), [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])
      ])
  }
}

/** A request for a certificate of the Kubernetes user `name` in the groups `groups`, and its key; PEM texts. */
export const requestCertificate = async (
  name: string,
  groups: ReadonlyArray<string>
): Promise<{ readonly request: string; readonly key: string }> => {
  const keys = await newKeys()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [...groups.map((group) => `O=${group}`), `CN=${name}`].join(","),
    keys,
    signingAlgorithm: algorithm
  })
  return { request: request.toString("pem"), key: await privatePem(keys.privateKey) }
}

/** Such a request alone; its key is thrown away. */
export const makeCertificateRequest = async (name: string, groups: ReadonlyArray<string>): Promise<string> =>
  (await requestCertificate(name, groups)).request

/** A key pair for signing service account tokens. */
export const signingKey = (): { readonly publicKey: string; readonly key: string } => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
    key: privateKey.export({ type: "sec1", format: "pem" }).toString()
  }
}

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])

const validity = () => ({
  serialNumber: randomBytes(8).toString("hex"),
  notBefore: new Date(Date.now() - 60_000),
  notAfter: new Date(Date.now() + lifetimeMillis)
})

const privatePem = async (key: webcrypto.CryptoKey): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")
