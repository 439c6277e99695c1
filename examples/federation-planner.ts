import { planHub } from "@multicluster-mesh/federation-planner"
import {
  clusterOf,
  deploymentOf,
  federationOf,
  hubWith,
  imagineWorld,
  meshRef,
  settle
} from "@multicluster-mesh/federation-planner/testing"

const hub = hubWith({
  clusters: [clusterOf("east"), clusterOf("west")],
  deployments: [deploymentOf("mesh", ["east", "west"])],
  federations: [federationOf("shop", [[meshRef("east"), meshRef("west")]])]
})
console.log(planHub(hub).works.length) // what to do first: nothing, before an agent has reported
const { state } = settle(imagineWorld(hub)) // plans and carries out until nothing changes any more
for (const { chain, cluster, object } of planHub(state).explanations)
  console.log(cluster, object.kind, object.metadata.name, "because of", chain.join(" > "))
