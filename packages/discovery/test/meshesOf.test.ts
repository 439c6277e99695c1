import { assert, describe, it } from "vitest"
import { meshesOf, reportCluster } from "@multicluster-mesh/discovery"
import type { ClusterReport, ControlPlaneReport } from "@multicluster-mesh/mesh-model"
import { certificateFacts, readCase } from "./readCase.ts"

const basic = (): { readonly report: ClusterReport; readonly controlPlane: ControlPlaneReport } => {
  const { snapshot, asked } = readCase("basic")
  const report = reportCluster(snapshot, asked)
  return { report, controlPlane: report.controlPlanes[0]! }
}

const meshesWith = (...controlPlanes: ReadonlyArray<ControlPlaneReport>) =>
  meshesOf("east", { ...basic().report, controlPlanes }, certificateFacts)

describe("meshesOf", () => {
  it.each(["127.0.0.1", "169.254.169.254", "kubernetes.default", "istiod.istio-system.svc", "two words"])(
    "keeps the address %s from other clusters, and all else of the mesh",
    (address) => {
      const { controlPlane } = basic()
      const [gateway] = controlPlane.gateways
      const addresses = [address, "lb.east.example.com"]
      const { found, refused } = meshesWith({ ...controlPlane, gateways: [{ ...gateway!, addresses }] })
      assert.deepStrictEqual(found[0]?.report.gateways[0]?.addresses, ["lb.east.example.com"])
      assert.deepStrictEqual(found[0]?.facts.gateways?.[0]?.addresses, ["lb.east.example.com"])
      assert.include(refused[0]?.what, address)
    }
  )

  it.each([
    "",
    "no certificate",
    "-----BEGIN CERTIFICATE-----\nUNREADABLE\n-----END CERTIFICATE-----\n",
    "-----BEGIN PRIVATE KEY-----\nRUFTVA==\n-----END PRIVATE KEY-----\n",
    "-----BEGIN CERTIFICATE-----\nRUFTVA==\n-----END CERTIFICATE-----\nand: more"
  ])("takes no root certificate from the text %j", (rootCertificate) => {
    const { found, refused } = meshesWith({ ...basic().controlPlane, gateways: [], rootCertificate })
    assert.lengthOf(found, 1)
    assert.notProperty(found[0]?.report, "rootCertificate")
    assert.notProperty(found[0]?.facts.trust, "rootFingerprint")
    assert.lengthOf(refused, 1)
  })

  it("takes a list of root certificates, as during a rotation", () => {
    const { controlPlane } = basic()
    const rootCertificate = `${controlPlane.rootCertificate ?? ""}\n${controlPlane.rootCertificate ?? ""}`
    const { found, refused } = meshesWith({ ...controlPlane, gateways: [], rootCertificate })
    assert.equal(found[0]?.report.rootCertificate, rootCertificate)
    assert.lengthOf(refused, 0)
  })

  it("comes to an end with a text that is made to keep it busy", () => {
    const certificate = basic().controlPlane.rootCertificate ?? ""
    const rootCertificate = `${`${certificate}${" ".repeat(400)}`.repeat(30)}!`
    const { refused } = meshesWith({ ...basic().controlPlane, gateways: [], rootCertificate })
    assert.lengthOf(refused, 1)
  })

  it.each(["", "*", "East.Local", "east.local/ns/istio-system", "spiffe://east.local"])(
    "refuses a control plane with the trust domain %j: it would become part of identities elsewhere",
    (trustDomain) => {
      const { found, refused } = meshesWith({ ...basic().controlPlane, trustDomain })
      assert.lengthOf(found, 0)
      assert.deepStrictEqual(refused, [
        { what: "control plane istio-system/basic", why: "its trust domain is malformed" }
      ])
    }
  )

  it("refuses control planes that cannot be told apart", () => {
    const { controlPlane } = basic()
    assert.lengthOf(meshesWith(controlPlane, { ...controlPlane, uid: "another" }).found, 0)
    assert.lengthOf(meshesWith(controlPlane, { ...controlPlane, name: "another" }).found, 0)
    assert.lengthOf(meshesWith(controlPlane, { ...controlPlane, name: "another", uid: "another" }).found, 2)
  })

  it("leaves out members that are no namespaces, and a version that no Mesh can wish", () => {
    const members = { configured: ["shop", "*", "Shop"], pending: ["a/b", "later"] }
    const { found, refused } = meshesWith({ ...basic().controlPlane, gateways: [], members, version: "v2.6-rc1" })
    assert.deepStrictEqual(found[0]?.discovered.spec.meshMemberRoll, ["later", "shop"])
    assert.notProperty(found[0]?.discovered.spec.controlPlane, "version")
    assert.equal(found[0]?.facts.version, "v2.6-rc1")
    assert.lengthOf(refused, 3)
  })
})
