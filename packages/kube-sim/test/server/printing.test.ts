import { assert, it } from "@effect/vitest"
import { humanDuration } from "../../src/server/humanDuration.ts"
import { valuesAt } from "../../src/server/jsonPath.ts"
import { objectFromProtobuf } from "../../src/server/protobuf.ts"

it("prints an age as kubectl does", () => {
  const ages = [-5, 0, 119, 125, 600, 10_800, 12_000, 172_800, 200_000, 800_000, 64_000_000].map((seconds) =>
    humanDuration(seconds * 1000)
  )
  assert.deepStrictEqual(ages, ["<invalid>", "0s", "119s", "2m5s", "10m", "3h", "3h20m", "2d", "2d7h", "9d", "2y10d"])
})

it("finds the values of a path", () => {
  const object = {
    spec: { ports: [{ port: 80 }, { port: 443 }] },
    metadata: { labels: { "a.b/c": "x" } },
    status: {
      conditions: [
        { type: "Ready", status: "False" },
        { type: "Applied", status: "True" }
      ]
    }
  }
  assert.deepStrictEqual(valuesAt(".spec.ports[*].port", object), [80, 443])
  assert.deepStrictEqual(valuesAt(".spec.ports[-1].port", object), [443])
  assert.deepStrictEqual(valuesAt(".metadata.labels.a\\.b/c", object), ["x"])
  assert.deepStrictEqual(valuesAt(".metadata.labels['a.b/c']", object), ["x"])
  assert.deepStrictEqual(valuesAt(".metadata['name','labels','other']", object), [{ "a.b/c": "x" }])
  assert.deepStrictEqual(valuesAt('.status.conditions[?(@.type=="Applied")].status', object), ["True"])
  assert.deepStrictEqual(valuesAt('.status.conditions[?(@.type=="Gone")].status', object), [])
  assert.deepStrictEqual(valuesAt(".status.missing.deeper", object), [])
})

/** A length-delimited protobuf field. */
const field = (number: number, value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value)
  const size = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) + 128, Math.floor(bytes.length / 128)]
  return Buffer.concat([Buffer.from([number * 8 + 2, ...size]), bytes])
}
const enveloped = (kind: string, object: Buffer): Buffer => {
  const type = Buffer.concat([field(1, "v1"), field(2, kind)])
  return Buffer.concat([Buffer.from("k8s\0", "latin1"), field(1, type), field(2, object), field(3, ""), field(4, "")])
}

it("reads what kubectl create sends as protobuf, and nothing that it would have to guess", () => {
  const long = "x".repeat(200)
  const metadata = Buffer.concat([field(1, "a"), field(2, ""), field(8, "")])
  const entries = [
    ["k", "v"],
    ["long", long]
  ].map(([key = "", value = ""]) => field(2, Buffer.concat([field(1, key), field(2, value)])))
  const configMap = Buffer.concat([field(1, metadata), ...entries])
  assert.deepStrictEqual(objectFromProtobuf(enveloped("ConfigMap", configMap)), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { k: "v", long }
  })
  assert.isUndefined(objectFromProtobuf(enveloped("Deployment", field(1, metadata))))
  assert.isUndefined(objectFromProtobuf(enveloped("ConfigMap", field(9, "unknown"))))
  assert.isUndefined(objectFromProtobuf(Buffer.from("{}")))
})
