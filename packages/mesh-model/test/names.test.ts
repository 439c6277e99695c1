import { describe, expect, it } from "vitest"
import { names } from "@multicluster-mesh/mesh-model"

describe("names", () => {
  it("names a discovered mesh as people read it", () => {
    expect(names.discoveredMeshName("managedcluster1", "istio-system", "basic")).toBe(
      "managedcluster1-istio-system-basic"
    )
  })
  it("keeps meshes apart whose parts meet at a dash", () => {
    expect(names.discoveredMeshName("c", "a", "b-c")).not.toBe(names.discoveredMeshName("c", "a-b", "c"))
  })
  it("names a peering alike from both sides", () => {
    const east = { cluster: "east", name: "shop" }
    const west = { cluster: "west", name: "shop" }
    expect(names.peeringName(east, west)).toBe(names.peeringName(west, east))
  })
  it("keeps gateway and namespace within one label value", () => {
    const { ingress, egress } = names.gatewayNames("p".repeat(55), "mesh-system")
    expect(Math.max(ingress.length, egress.length) + 1 + "mesh-system".length).toBeLessThanOrEqual(63)
  })
})
