import { customResourceDefinitions, isTrue, labels, MeshFederation, names } from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"

const federation = Schema.decodeUnknownSync(MeshFederation)({
  apiVersion: labels.apiVersion,
  kind: "MeshFederation",
  metadata: { name: "shop", namespace: "open-cluster-management" },
  spec: {
    meshPeers: [
      {
        peers: [
          { cluster: "east", name: names.deployedMeshName("east", "mesh") }, // east-mesh
          { cluster: "west", name: names.deployedMeshName("west", "mesh") }
        ]
      }
    ]
  }
})
console.log(federation.spec.maxPeers) // 20: defaults are filled in as the API server does
console.log(isTrue(federation.status?.conditions, "Ready")) // false: nobody has said so yet
for (const { metadata } of customResourceDefinitions()) console.log(metadata.name)
