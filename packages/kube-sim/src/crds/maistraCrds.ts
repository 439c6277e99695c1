import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import {
  age,
  crdOf,
  fields,
  labelSelector,
  list,
  mapList,
  mapOf,
  nullable,
  oneOf,
  open,
  text,
  time,
  whole,
  yesNo,
  type Schema
} from "./crdOf.ts"

const group = "maistra.io"

const metadata = fields({ labels: mapOf(text), annotations: mapOf(text) })

const port = fields(
  {
    name: text,
    port: whole,
    protocol: text,
    targetPort: { "x-kubernetes-int-or-string": true },
    nodePort: whole
  },
  ["port"]
)

const service = fields({
  type: text,
  ports: mapList(port, "port"),
  loadBalancerIP: text,
  externalTrafficPolicy: text,
  selector: mapOf(text),
  metadata
})

const gateway: Readonly<Record<string, Schema>> = {
  enabled: yesNo,
  namespace: text,
  routerMode: text,
  service,
  runtime: fields({ deployment: open, pod: open, container: open })
}
const ingress = fields({ ...gateway, sds: open, routeConfig: open })
const egress = fields({ ...gateway, requestedNetworkView: list(text) })

const gateways = fields({
  enabled: yesNo,
  ingress: fields({ ...gateway, ingress: yesNo, sds: open, routeConfig: open, meshExpansionPorts: list(port) }),
  egress,
  additionalIngress: mapOf(ingress),
  additionalEgress: mapOf(egress),
  openshiftRoute: fields({ enabled: yesNo })
})

const addons = fields({
  prometheus: fields({ enabled: yesNo, scrape: yesNo, address: text, install: open }),
  grafana: fields({ enabled: yesNo, address: text, install: open }),
  kiali: fields({ enabled: yesNo, name: text, install: open }),
  jaeger: fields({ name: text, install: open }),
  stackdriver: open,
  "3scale": open
})

const security = fields({
  trust: fields({ domain: text, additionalDomains: list(text) }),
  identity: fields({ type: text, thirdParty: fields({ issuer: text, audience: text }) }),
  certificateAuthority: open,
  dataPlane: fields({ mtls: yesNo, automtls: yesNo }),
  controlPlane: fields({ mtls: yesNo, certProvider: text, tls: open }),
  manageNetworkPolicy: yesNo
})

const annotations = mapOf(text)
const conditions = list(fields({ type: text, status: text, reason: text, message: text, lastTransitionTime: time }))
const names = nullable(list(text))

const controlPlanes = crdOf({
  group,
  kind: "ServiceMeshControlPlane",
  plural: "servicemeshcontrolplanes",
  version: "v2",
  shortNames: ["smcp"],
  categories: ["maistra-io"],
  required: ["spec"],
  spec: fields({
    version: text,
    profiles: list(text),
    mode: oneOf("MultiTenant", "ClusterWide"),
    security,
    gateways,
    addons,
    tracing: fields({ type: oneOf("None", "Jaeger", "Stackdriver"), sampling: whole }),
    cluster: fields({ name: text, network: text, multiCluster: open, meshExpansion: open }),
    meshConfig: open,
    proxy: open,
    runtime: open,
    general: open,
    policy: open,
    telemetry: open,
    techPreview: open
  }),
  status: fields(
    {
      annotations,
      observedGeneration: whole,
      operatorVersion: text,
      chartVersion: text,
      conditions,
      components: list(fields({ resource: text, conditions })),
      readiness: fields({ components: mapOf(list(text)) }),
      appliedSpec: open,
      appliedValues: open
    },
    ["readiness"]
  ),
  columns: [
    { name: "Ready", type: "string", jsonPath: ".status.annotations.readyComponentCount" },
    { name: "Status", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: "Profiles", type: "string", jsonPath: ".spec.profiles" },
    { name: "Version", type: "string", jsonPath: ".status.chartVersion" },
    age
  ]
})

const memberRolls = crdOf({
  group,
  kind: "ServiceMeshMemberRoll",
  plural: "servicemeshmemberrolls",
  version: "v1",
  shortNames: ["smmr"],
  categories: ["maistra-io"],
  required: ["spec"],
  spec: fields({ members: names, memberSelectors: list(labelSelector) }),
  status: fields({
    annotations,
    observedGeneration: whole,
    meshGeneration: whole,
    meshReconciledVersion: text,
    members: names,
    configuredMembers: names,
    pendingMembers: names,
    terminatingMembers: names,
    memberStatuses: nullable(list(fields({ namespace: text, conditions }, ["namespace", "conditions"]))),
    conditions: nullable(conditions)
  }),
  columns: [
    { name: "Ready", type: "string", jsonPath: ".status.annotations.configuredMemberCount" },
    { name: "Status", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    age,
    { name: "Members", type: "string", jsonPath: ".status.members", priority: 1 }
  ]
})

const members = crdOf({
  group,
  kind: "ServiceMeshMember",
  plural: "servicemeshmembers",
  version: "v1",
  shortNames: ["smm"],
  categories: ["maistra-io"],
  required: ["spec"],
  spec: fields({ controlPlaneRef: fields({ name: text, namespace: text }, ["name", "namespace"]) }, [
    "controlPlaneRef"
  ]),
  status: fields({ annotations, observedGeneration: whole, conditions }, ["conditions", "observedGeneration"]),
  columns: [
    { name: "Control Plane", type: "string", jsonPath: ".status.annotations.controlPlaneRef" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    age
  ]
})

/** The kinds of OpenShift Service Mesh 2 that come with the operator's ClusterServiceVersion. */
export const maistraCrds: ReadonlyArray<KubeObject> = [controlPlanes, memberRolls, members]
