import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { age, crdOf, fields, labelSelector, list, mapList, nullable, text, time, whole, yesNo } from "./crdOf.ts"

const group = "federation.maistra.io"

const nameAndNamespace = { namespace: text, name: text }

const watch = fields(
  {
    connected: yesNo,
    lastConnected: time,
    lastEvent: time,
    lastFullSync: time,
    lastDisconnect: time,
    lastDisconnectStatus: text
  },
  ["connected"]
)
const remote = fields(
  {
    source: text,
    connected: yesNo,
    lastConnected: time,
    lastFullSync: time,
    lastDisconnect: time
  },
  ["source", "connected"]
)
const podStatuses = nullable(mapList(fields({ pod: text, watch, remotes: mapList(remote, "source") }, ["pod"]), "pod"))

const peers = crdOf({
  group,
  kind: "ServiceMeshPeer",
  plural: "servicemeshpeers",
  version: "v1",
  categories: ["maistra-io", "federation-maistra-io"],
  spec: fields({
    remote: fields({ addresses: list(text), discoveryPort: whole, servicePort: whole }),
    gateways: fields({ ingress: fields({ name: text }), egress: fields({ name: text }) }),
    security: fields({
      trustDomain: text,
      clientID: text,
      certificateChain: fields({ kind: text, name: text, apiGroup: text }, ["kind", "name"])
    })
  }),
  status: fields({ discoveryStatus: fields({ active: podStatuses, inactive: podStatuses }) }),
  columns: [{ name: "Connected", type: "boolean", jsonPath: ".status.discoveryStatus.active[*].watch.connected" }, age]
})

const alias = fields(nameAndNamespace)
const nameSelector = fields({ ...nameAndNamespace, alias })
const localService = fields({ ...nameAndNamespace, hostname: text }, ["namespace", "name", "hostname"])
const mappings = mapList(fields({ localService, exportedName: text }, ["exportedName", "localService"]), "exportedName")

const exportedServiceSets = crdOf({
  group,
  kind: "ExportedServiceSet",
  plural: "exportedservicesets",
  version: "v1",
  categories: ["maistra-io", "federation-maistra-io"],
  spec: fields({
    exportRules: list(
      fields(
        {
          type: text,
          nameSelector,
          labelSelector: fields({
            namespace: text,
            selector: labelSelector,
            aliases: list(fields({ ...nameAndNamespace, alias }))
          })
        },
        ["type"]
      )
    )
  }),
  status: fields({ exportedServices: mappings }, ["exportedServices"]),
  columns: [age]
})

const importedServiceSets = crdOf({
  group,
  kind: "ImportedServiceSet",
  plural: "importedservicesets",
  version: "v1",
  categories: ["maistra-io", "federation-maistra-io"],
  spec: fields({
    domainSuffix: text,
    locality: fields({ region: text, zone: text, subzone: text }),
    importRules: list(fields({ type: text, importAsLocal: yesNo, domainSuffix: text, nameSelector }, ["type"]))
  }),
  status: fields({ importedServices: mappings }, ["importedServices"]),
  columns: [age]
})

/**
 * The federation kinds, which the operator installs with the first control plane that it meets (maistra/istio-operator,
 * pkg/bootstrap/crds.go).
 */
export const federationCrds: ReadonlyArray<KubeObject> = [peers, exportedServiceSets, importedServiceSets]
