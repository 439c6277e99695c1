import { assert, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { certificateFacts } from "../src/index.ts"
import { root } from "./support/rootCertificate.ts"

it("all certificates of a bundle are decoded, in order, whatever stands between them", () => {
  const facts = Result.getOrThrow(certificateFacts(`# the old one\n${root}\r\n subject=...\n${root}`))
  assert.strictEqual(facts.length, 2)
  assert.deepStrictEqual(facts[0], facts[1])
  assert.deepInclude(facts[0], {
    serialNumber: "66083A4BD213603EEA16EA0601DD7D958194F8D1",
    fingerprint: "faa7f19a53cd156f0224efa3779edc13cd34291362a006c22f36c115249a0b5c",
    notBefore: "2026-11-25T02:34:15Z",
    notAfter: "2036-11-22T02:34:15Z",
    isCA: true,
    uris: ["spiffe://a/b", "spiffe://x, DNS:evil"],
    dnsNames: ["a.example"]
  })
  assert.strictEqual(facts[0]?.subject, facts[0]?.issuer)
  assert.strictEqual(facts[0]?.subject, "O=cluster.local, CN=Root CA")
})

const body = root.split("\n").slice(1, -2).join("\n")
for (const [what, pem, problem] of [
  ["nothing", "", "no certificate in it"],
  ["text", "hello", "no certificate in it"],
  ["a certificate cut short", root + root.slice(0, 200), "certificate 2 of 2 is not complete"],
  ["a key", root.replaceAll("CERTIFICATE", "PRIVATE KEY"), "part 1 of 1 is a PRIVATE KEY, not a CERTIFICATE"],
  ["what is not base64", root.replace("MII", "!!!"), "part 1 of 1 is not base64"],
  ["other bytes", root + root.replace(body, "aGVsbG8="), "part 2 of 2 is no X.509 certificate"]
] as const) {
  it(`${what} is refused, and the problem says why`, () => {
    const refused = certificateFacts(pem)
    assert.isTrue(Result.isFailure(refused))
    if (Result.isFailure(refused)) assert.include(refused.failure.problem, problem)
  })
}
