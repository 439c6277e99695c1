import { assert } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi } from "@multicluster-mesh/ocm-transport"
import { agentIdentity, kubeClientSigner, readCertificateRequest } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type AgentCertificate, requestBehind } from "./agentCertificate.ts"
import { untilTrue } from "./patiently.ts"

/** Asserts that the klusterlet `agentId` of the cluster asked for the identity of our agent there, and for nothing more. */
export const assertHonest = Effect.fnUntraced(function* (
  hub: KubeApi,
  certificate: AgentCertificate,
  cluster: string,
  agentId = `${cluster}-agent`
) {
  const { approval, createdAt, request, signerName, username } = yield* requestBehind(hub, certificate)
  assert.deepStrictEqual(
    { approval, signerName, username },
    {
      approval: "The agent of the cluster asks for its own identity.",
      signerName: kubeClientSigner,
      username: `system:open-cluster-management:${cluster}:${agentId}`
    }
  )
  const { commonNames, organizations } = Result.getOrThrow(readCertificateRequest(request))
  const { groups, user } = agentIdentity(cluster, labels.addonName)
  assert.deepStrictEqual(commonNames, [user])
  assert.deepStrictEqual([...organizations].sort(), [...groups].sort())
  return { createdAt }
})

/** Blanks a part of what an agent has reported, and waits until it says it again. */
export const reportsAgain = Effect.fnUntraced(function* (hub: KubeApi, cluster: string) {
  const ref = { namespace: cluster, name: labels.addonName }
  yield* hub.patch(resources.meshAgents, ref, { status: { capabilities: [] } }, { subresource: "status" })
  const said = Effect.map(hub.get(resources.meshAgents, ref), (agent) => hasCapabilities(agent["status"]))
  yield* untilTrue(`the agent on ${cluster} reports`, said)
})

const hasCapabilities = Schema.is(
  Schema.Struct({ capabilities: Schema.Array(Schema.String).check(Schema.isMinLength(1)) })
)
