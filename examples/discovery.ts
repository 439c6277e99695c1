import { meshesOf, reportCluster, type ClusterSnapshot } from "@multicluster-mesh/discovery"

// by whoever reads the cluster: `snapshotKinds`, `snapshotApis` and `contentKinds` say what
const controlPlane = {
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata: { name: "basic", namespace: "istio-system", uid: "1f7c2b9e" },
  spec: { version: "v2.6" }
}
const snapshot: ClusterSnapshot = {
  kinds: { ControlPlanes: { _tag: "Known", objects: [controlPlane] }, Subscriptions: { _tag: "NotServed" } },
  apis: { "maistra.io/v2": { _tag: "Known", kinds: ["ServiceMeshControlPlane"] } },
  objects: [],
  namespaces: []
}
const report = reportCluster(snapshot, { fleetId: "my-fleet" })
console.log(report.parts) // which parts are complete: unknown is not empty

// on the hub, checked: an agent's report is data from outside. The function reads certificates; here there are none
const { found, refused } = meshesOf("east", report, () => undefined)
console.log(found, refused)
