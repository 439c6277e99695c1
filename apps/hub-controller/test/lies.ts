import { type ClusterReport, type ControlPlaneReport, labels, type ObjectReport } from "@multicluster-mesh/mesh-model"
import type { HubState } from "@multicluster-mesh/federation-planner"

/** What the agent of a cluster may claim that is not so: each from the true report, and all that an agent could know. */
export const lies: Readonly<Record<string, (report: ClusterReport, state: HubState) => ClusterReport>> = {
  "that nothing is there": (report) => ({ ...whole(report), controlPlanes: [], objects: [], operators: [] }),
  "that all is gone, confirmed": (report) => ({
    ...whole(report),
    controlPlanes: [],
    objects: report.objects.map(({ apiVersion, kind, name, namespace }) => ({
      apiVersion,
      kind,
      name,
      namespace,
      state: "Absent",
      confirmed: true
    }))
  }),
  "that no kind is served": (report) => ({
    ...whole(report),
    apis: [],
    objects: report.objects.map((entry) => ({ ...entry, state: "NotServed", confirmed: true }))
  }),
  "that its objects are of other units": (report, state) => ({
    ...report,
    objects: report.objects.map((entry, index): ObjectReport => {
      const units = unitsOf(state)
      return { ...entry, mark: { fleetId: state.fleetId, unit: units[index % units.length] ?? "" } }
    }),
    controlPlanes: report.controlPlanes.map((one, index) => ({
      ...one,
      mark: { fleetId: state.fleetId, unit: unitsOf(state)[index] ?? "" }
    }))
  }),
  "that it has every object of every cluster": (report, state) => ({
    ...report,
    objects: state.clusters.flatMap(({ agent }) => agent?.status?.report?.objects ?? [])
  }),
  "that it has the control planes of every cluster": (report, state) => ({
    ...report,
    controlPlanes: state.clusters.flatMap(({ agent }) => agent?.status?.report?.controlPlanes ?? [])
  }),
  "a hundred control planes": (report) => ({
    ...report,
    controlPlanes: Array.from({ length: 100 }, (_, index): ReadonlyArray<ControlPlaneReport> =>
      report.controlPlanes.map((one) => ({ ...one, name: `m${index}`, uid: `u${index}`, namespace: `ns${index}` }))
    ).flat()
  }),
  "names that are none": (report) => ({
    ...report,
    controlPlanes: report.controlPlanes.flatMap((one) =>
      strangeNames.map((name, index) => ({ ...one, name, namespace: name, uid: `u${index}` }))
    ),
    objects: strangeNames.map((name) => ({
      apiVersion: "v1",
      kind: name,
      namespace: name,
      name,
      state: "Present",
      uid: "u",
      mark: { fleetId: name, unit: name }
    })),
    services: strangeNames.map((name) => ({ namespace: name, name, present: true, ports: [], importConsent: true })),
    namespaces: strangeNames.map((name) => ({ name, foreign: [name] }))
  }),
  "addresses that mean something else elsewhere": (report) =>
    withControlPlanes(report, (one) => ({
      gateways: one.gateways.map((gateway) => ({ ...gateway, ready: true, addresses: strangeAddresses }))
    })),
  "another root": (report) => withControlPlanes(report, () => ({ rootCertificate: strangeRoot })),
  "a text for a root": (report) => withControlPlanes(report, () => ({ rootCertificate: "x".repeat(16_384) })),
  "the trust domain of a peer": (report) => withControlPlanes(report, () => ({ trustDomain: "west-mesh.local" })),
  "no trust domain": (report) => withControlPlanes(report, () => ({ trustDomain: "__proto__" })),
  "that nothing is ready": (report) =>
    withControlPlanes(report, () => ({ conditions: [], gateways: [], current: false, peers: [] })),
  "that all is being deleted": (report) => ({
    ...withControlPlanes(report, () => ({ deleting: true })),
    objects: report.objects.map((entry) => ({ ...entry, deleting: true }))
  }),
  "that nothing could be read": (report) => ({
    ...report,
    parts: report.parts.map(({ name }) => ({ name, complete: false }))
  }),
  "a thousand services": (report) => ({
    ...withControlPlanes(report, () => ({
      exports: [
        {
          peer: "west-mesh",
          services: Array.from({ length: 1000 }, (_, index) => ({
            namespace: "shop",
            name: `s${index}`,
            exportedName: `s${index}`
          }))
        }
      ]
    })),
    services: Array.from({ length: 1000 }, (_, index) => ({
      namespace: "shop",
      name: `s${index}`,
      present: true,
      ports: [],
      importConsent: true
    }))
  })
}

const whole = (report: ClusterReport): ClusterReport => ({
  ...report,
  parts: report.parts.map(({ name }) => ({ name, complete: true }))
})

const withControlPlanes = (
  report: ClusterReport,
  change: (one: ControlPlaneReport) => Partial<ControlPlaneReport>
): ClusterReport => ({
  ...report,
  controlPlanes: report.controlPlanes.map((one) => ({ ...one, ...change(one) }))
})

const unitsOf = (state: HubState): ReadonlyArray<string> =>
  state.works.flatMap(({ metadata }) => metadata.labels?.[labels.unitLabel] ?? [])

const strangeNames = [
  "__proto__",
  "constructor",
  "toString",
  "..",
  "../../west/mesh",
  "a/b",
  "",
  " ",
  "ümläut",
  "\u0000",
  "\u202Egnp",
  "x".repeat(300)
]

/** What no peer may be sent to. */
export const strangeAddresses = [
  "127.0.0.1",
  "::1",
  "0.0.0.0",
  "169.254.169.254",
  "fe80::1",
  "kubernetes.default.svc",
  "istiod.istio-system.svc.cluster.local",
  "localhost",
  "metadata.internal",
  "0x7f.0.0.1",
  "::ffff:127.0.0.1",
  "a b"
]

const strangeRoot = "-----BEGIN CERTIFICATE-----\nRVZJTA==\n-----END CERTIFICATE-----\n"
