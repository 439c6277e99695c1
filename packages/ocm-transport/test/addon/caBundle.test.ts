import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { deliverCaBundle } from "../../src/addon/deliverCaBundle.ts"
import { readCaBundle } from "../../src/addon/readCaBundle.ts"
import { root } from "../support/rootCertificate.ts"
import { objectOf } from "./builders.ts"

const base64 = (text: string): string => Buffer.from(text).toString("base64")

describe("a bundle of certificates", () => {
  it("is what it holds, without what stands between", () => {
    const indented = root.replaceAll("\n", "\r\n  ")
    const read = readCaBundle(base64(`# ours\n${root}\nsubject=CN = any\n${indented}`).replaceAll(/(.{76})/gu, "$1\n"))
    assert.deepStrictEqual(read, Result.succeed(root + root))
  })

  it.each([
    ["what is not base64", "-----BEGIN", "is not base64"],
    ["nothing", base64("\n"), "no certificate in it"],
    ["a cut one", base64(root + root.slice(0, 100)), "certificate 2 of 2 is not complete"],
    ["a key", base64(root + root.replaceAll("CERTIFICATE", "PRIVATE KEY")), "is a PRIVATE KEY, not a CERTIFICATE"],
    ["one that is too large", base64(root.repeat(500)), "is larger than 300 KiB"]
  ])("is refused when it is %s", (_, bundle, problem) => {
    const read = readCaBundle(bundle)
    assert.isTrue(Result.isFailure(read))
    if (Result.isFailure(read)) assert.include(read.failure, problem)
  })
})

describe("the delivery of it", () => {
  const container = { name: "main", image: "agent", env: [{ name: "CA_BUNDLE_FILE_PATH", value: "old" }] }
  const podIn = (kind: string, namespace: string) =>
    objectOf("apps/v1", kind, "agent", { spec: { template: { spec: { containers: [container] } } } }, namespace)
  const service = objectOf("v1", "Service", "agent", {}, "one")

  it("changes nothing where there is none", () => {
    assert.deepStrictEqual(deliverCaBundle([podIn("Deployment", "one"), service], "mesh", undefined), [
      podIn("Deployment", "one"),
      service
    ])
  })

  it("mounts it into each container, from a ConfigMap in the workload's own namespace", () => {
    const objects = [podIn("Deployment", "one"), service, podIn("DaemonSet", "one"), podIn("Job", "two")]
    const [first, second, ...others] = deliverCaBundle(objects, "mesh", root)
    assert.deepStrictEqual(first?.["spec"], {
      template: {
        spec: {
          containers: [
            {
              name: "main",
              image: "agent",
              env: [{ name: "CA_BUNDLE_FILE_PATH", value: "/managed/proxy-ca/ca-bundle.crt" }],
              volumeMounts: [{ name: "proxy-ca-bundle", mountPath: "/managed/proxy-ca", readOnly: true }]
            }
          ],
          volumes: [{ name: "proxy-ca-bundle", configMap: { name: "mesh-proxy-ca" } }]
        }
      }
    })
    assert.strictEqual(second, service)
    assert.deepStrictEqual(
      others.slice(2),
      ["one", "two"].map((namespace) =>
        objectOf("v1", "ConfigMap", "mesh-proxy-ca", { data: { "ca-bundle.crt": root } }, namespace)
      )
    )
  })
})
