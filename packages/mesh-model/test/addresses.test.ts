import { describe, expect, it } from "vitest"
import { addressProblem } from "@multicluster-mesh/mesh-model"

describe("addressProblem", () => {
  it.each([
    "203.0.113.7",
    "10.0.0.1",
    "lb.east.example.com",
    "LB.east.example.com.",
    "a1b2.elb.amazonaws.com",
    "2001:db8::7",
    "2001:db8:0:0:0:0:0:7",
    "fd00::1"
  ])("takes %s", (address) => expect(addressProblem(address)).toBeUndefined())
  it.each([
    "127.0.0.1",
    "0.0.0.0",
    "169.254.169.254",
    "224.0.0.1",
    "256.1.1.1",
    "010.0.0.1",
    "1.2.3",
    "2130706433",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::",
    "fe80::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "2001:db8::1::2",
    "localhost",
    "kubernetes",
    "kubernetes.default.svc",
    "gateway.mesh.svc.cluster.local",
    "api.cluster.local",
    "kubernetes.default",
    "Kubernetes.Default.SVC.",
    "127.1",
    "0x7f.0.0.1",
    "a.b.0x7f000001",
    "a.b.localhost",
    "fe80::1%eth0",
    "::1]:80/#[",
    "-a.example.com",
    "lb.example.com:443",
    "http://lb.example.com",
    "has space.example.com",
    ""
  ])("refuses %s", (address) => expect(addressProblem(address)).toBeDefined())
})
