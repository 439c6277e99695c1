import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { NotDer, oidOf, partsOf, readDer, textOf } from "../../src/addon/der.ts"
import { MalformedRequest, readCertificateRequest } from "../../src/addon/certificateRequest.ts"
import * as Base64 from "effect/encoding/Base64"
import { commonName, der, pemOf, writeCsr } from "./writeCsr.ts"

const bytes = (...values: ReadonlyArray<number>) => Uint8Array.from(values)

describe("readDer", () => {
  it("reads nested values", () => {
    const parts = partsOf(readDer(der(0x30, der(0x02, bytes(5)), der(0x0c, bytes(0x61)))), 0x30)
    assert.deepStrictEqual(
      parts.map(({ tag, content }) => [tag, ...content]),
      [
        [2, 5],
        [12, 0x61]
      ]
    )
  })

  it.each([
    ["nothing", bytes()],
    ["a value that is cut short", bytes(0x30, 2, 0)],
    ["bytes after the end", bytes(0x05, 0, 0)],
    ["an open length", bytes(0x30, 0x80, 0, 0)],
    ["a length that could be shorter", bytes(0x04, 0x81, 1, 0)],
    ["a length with leading zeros", bytes(0x04, 0x82, 0, 1, 0)],
    ["a length of eight bytes", bytes(0x04, 0x88, 0, 0, 0, 0, 0, 0, 0, 1, 0)],
    ["a tag of several bytes", bytes(0x1f, 0x81, 1, 0)]
  ])("refuses %s", (_, value) => {
    assert.throws(() => readDer(value), NotDer)
  })

  it("refuses identifiers and texts that others might read otherwise", () => {
    assert.throws(() => oidOf(readDer(bytes(0x06, 2, 0x55, 0x80))), NotDer)
    assert.throws(() => oidOf(readDer(bytes(0x06, 3, 0x55, 0x80, 0x04))), NotDer)
    assert.throws(() => textOf(readDer(bytes(0x0c, 2, 0x61, 0))), NotDer)
    assert.throws(() => textOf(readDer(bytes(0x0c, 1, 0xff))), NotDer)
    assert.throws(() => textOf(readDer(bytes(0x13, 1, 0xe9))), NotDer)
    assert.throws(() => textOf(readDer(bytes(0x1e, 2, 0, 0x61))), NotDer)
    assert.strictEqual(oidOf(readDer(bytes(0x06, 3, 0x55, 4, 3))), "2.5.4.3")
  })
})

describe("readCertificateRequest", () => {
  const good = writeCsr({ subject: [[[commonName, "a"]]] })

  const bytesOfGood = Result.getOrThrow(Base64.decode(good.split("\n")[1] ?? ""))
  const Place = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: bytesOfGood.length - 1 }))
  const Change = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 255 }))

  // a changed signature, key or content never proves the key
  it.prop("refuses a request of which any byte was changed", [Place, Change], ([place, change]) => {
    const changed = bytesOfGood.map((byte, index) => (index === place ? byte ^ change : byte))
    const result = readCertificateRequest(Base64.encode(pemOf(changed)))
    assert.isTrue(Result.isFailure(result) && result.failure instanceof MalformedRequest)
  })

  it("reads the request as it was", () => {
    assert.isTrue(Result.isSuccess(readCertificateRequest(Base64.encode(good))))
  })
})
