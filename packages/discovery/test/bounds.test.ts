import { assert, describe, it } from "vitest"
import * as Schema from "effect/Schema"
import { reportCluster, type ClusterSnapshot, type SnapshotKindName } from "@multicluster-mesh/discovery"
import { ClusterReport, isComplete, type KubeObject, type ReportPart } from "@multicluster-mesh/mesh-model"

const many = <A>(count: number, make: (index: number) => A): ReadonlyArray<A> =>
  Array.from({ length: count }, (_, i) => make(i))

const maistra = (
  kind: string,
  name: string,
  fields: Record<string, unknown> = {},
  namespace = "istio-system"
): KubeObject => ({
  apiVersion: "maistra.io/v2",
  kind,
  metadata: { name, namespace, uid: `u-${namespace}-${name}`, generation: 1 },
  ...fields
})

const controlPlane = (fields?: Record<string, unknown>) => maistra("ServiceMeshControlPlane", "basic", fields)

const snapshotOf = (objects: { readonly [Name in SnapshotKindName]?: ReadonlyArray<KubeObject> }): ClusterSnapshot => {
  const kinds: ReadonlyArray<SnapshotKindName> = [
    "ControlPlanes",
    "MemberRolls",
    "Members",
    "Peers",
    "ExportSets",
    "ImportSets",
    "Subscriptions",
    "ServiceVersions",
    "GatewayDeployments",
    "Services",
    "RootCertificates",
    "IstiodPods",
    "Namespaces"
  ]
  return {
    kinds: Object.fromEntries(kinds.map((name) => [name, { _tag: "Known", objects: objects[name] ?? [] }])),
    apis: {},
    objects: [],
    namespaces: []
  }
}

const gatewayLabels = { "maistra.io/owner": "istio-system", "app.kubernetes.io/component": "istio-ingress" }

interface Excess {
  readonly what: string
  readonly part: ReportPart
  readonly snapshot: ClusterSnapshot
  readonly kept: (report: ClusterReport) => number | undefined
  readonly bound: number
}

const excesses: ReadonlyArray<Excess> = [
  {
    what: "control planes",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: many(103, (i) => maistra("ServiceMeshControlPlane", "basic", {}, `ns-${i}`))
    }),
    kept: ({ controlPlanes }) => controlPlanes.length,
    bound: 100
  },
  {
    what: "conditions",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: [controlPlane({ status: { conditions: many(20, (i) => ({ type: `T${i}`, status: "True" })) } })]
    }),
    kept: ({ controlPlanes }) => controlPlanes[0]?.conditions.length,
    bound: 16
  },
  {
    what: "members",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: [controlPlane()],
      MemberRolls: [
        maistra("ServiceMeshMemberRoll", "default", { status: { configuredMembers: many(1100, (i) => `ns-${i}`) } })
      ]
    }),
    kept: ({ controlPlanes }) => controlPlanes[0]?.members.configured.length,
    bound: 1024
  },
  {
    what: "addresses",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: [controlPlane()],
      Services: [
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "west-ingress", namespace: "istio-system", labels: gatewayLabels },
          status: { loadBalancer: { ingress: many(30, (i) => ({ ip: `203.0.113.${i}` })) } }
        }
      ]
    }),
    kept: ({ controlPlanes }) => controlPlanes[0]?.gateways[0]?.addresses.length,
    bound: 16
  },
  {
    what: "peers",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: [controlPlane()],
      Peers: many(300, (i) => maistra("ServiceMeshPeer", `p-${i}`))
    }),
    kept: ({ controlPlanes }) => controlPlanes[0]?.peers.length,
    bound: 256
  },
  {
    what: "services",
    part: "ControlPlanes",
    snapshot: snapshotOf({
      ControlPlanes: [controlPlane()],
      ExportSets: [
        maistra("ExportedServiceSet", "west", {
          status: {
            exportedServices: many(1200, (i) => ({
              localService: { name: `s-${i}`, namespace: "shop" },
              exportedName: `s-${i}.shop`
            }))
          }
        })
      ]
    }),
    kept: ({ controlPlanes }) => controlPlanes[0]?.exports[0]?.services.length,
    bound: 1000
  },
  {
    what: "operators",
    part: "Operators",
    snapshot: snapshotOf({
      Subscriptions: many(70, (i) =>
        maistra("Subscription", "ossm", { spec: { name: "servicemeshoperator" } }, `ns-${i}`)
      )
    }),
    kept: ({ operators }) => operators.length,
    bound: 64
  }
]

describe("a report", () => {
  it.each(excesses)(
    "keeps to its bound of $what and says what it leaves out",
    ({ part, snapshot, kept, bound, what }) => {
      const report = reportCluster(snapshot, { fleetId: "fleet-1" })
      assert.isTrue(Schema.is(ClusterReport)(report))
      assert.equal(kept(report), bound)
      assert.isFalse(isComplete(report, part))
      assert.include(report.parts.find(({ name }) => name === part)?.message, what)
    }
  )

  it("is incomplete while objects of ours may be missing that nobody asked for", () => {
    const unseenMarks = ["servicemeshpeers: the copy is not in step with the API server"]
    const report = reportCluster({ ...snapshotOf({}), unseenMarks }, { fleetId: "fleet-1" })
    assert.isFalse(isComplete(report, "Objects"))
    assert.include(report.parts.find(({ name }) => name === "Objects")?.message, "servicemeshpeers")
    assert.isTrue(isComplete(reportCluster(snapshotOf({}), { fleetId: "fleet-1" }), "Objects"))
  })

  it("cuts long texts of others instead of losing what they are about", () => {
    const message = `${"x".repeat(2046)}😀 and more`
    const report = reportCluster(
      snapshotOf({
        ControlPlanes: [controlPlane({ status: { conditions: [{ type: "Ready", status: "False", message }] } })]
      }),
      { fleetId: "fleet-1" }
    )
    const [condition] = report.controlPlanes[0]?.conditions ?? []
    assert.isTrue(isComplete(report, "ControlPlanes"))
    assert.equal(condition?.message.length, 2048)
    assert.isTrue(condition?.message.isWellFormed())
  })

  it("names the first of many problems within the bound of a message", () => {
    const report = reportCluster(
      snapshotOf({ ControlPlanes: many(500, (i) => maistra("ServiceMeshControlPlane", `bad-${i}`, { spec: i })) }),
      { fleetId: "fleet-1" }
    )
    assert.isTrue(Schema.is(ClusterReport)(report))
    assert.isFalse(isComplete(report, "ControlPlanes"))
  })
})
