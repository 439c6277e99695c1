// Plans a federation without any cluster: what each cluster would hold in the end, and because of which resource.
import { planHub } from "@multicluster-mesh/federation-planner"
import { clusterOf, hubWith, imagineWorld, settle } from "@multicluster-mesh/federation-planner/testing"
import { MeshDeployment, MeshFederation } from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { parse, stringify } from "yaml"

const read = (file: string): unknown => parse(readFileSync(new URL(`quickstart/${file}`, import.meta.url), "utf8"))

const hub = hubWith({
  clusters: [clusterOf("managedcluster1"), clusterOf("managedcluster2")],
  deployments: [Schema.decodeUnknownSync(MeshDeployment)(read("mesh-deployment.yaml"))],
  federations: [Schema.decodeUnknownSync(MeshFederation)(read("mesh-federation-services.yaml"))]
})
const offered = { cluster: "managedcluster2", namespace: "mesh-bookinfo" }
const services = ["reviews", "ratings"].map((name) => ({ ...offered, name }))

const { state } = settle(imagineWorld(hub, { services }))
for (const { chain, cluster, object } of planHub(state).explanations) {
  const manifest = stringify(object, { aliasDuplicateObjects: false })
  console.log(`---\n# on ${cluster}, because of ${chain.join(" > ")}\n${manifest}`)
}
