import { labels, resources } from "@multicluster-mesh/mesh-model"
import { connectionTo } from "@multicluster-mesh/ocm-transport"
import { addOnKeys } from "@multicluster-mesh/ocm-transport/addon"
import { makeRawClient, type RawClient } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { installNamespace } from "../installedProduct.ts"
import type { TroubledWorld } from "./TroubledWorld.ts"

const decodeSecret = Schema.decodeUnknownEffect(
  Schema.Struct({ data: Schema.Struct({ "tls.crt": Schema.String, "tls.key": Schema.String }) })
)

const text = (base64: string): string => Buffer.from(base64, "base64").toString()

/** Makes calls on the hub with the very certificate that OCM has given to the agent of a cluster. */
export const asAgentOf = Effect.fnUntraced(function* ({ world }: TroubledWorld, cluster: string) {
  const name = addOnKeys.hubKubeconfigSecret(labels.addonName)
  const secret = yield* world.on(cluster).api.get(resources.secrets, { namespace: installNamespace, name })
  const { data } = yield* decodeSecret(secret)
  const { authority, server } = world.hubSim
  return yield* makeRawClient(
    connectionTo(server, { ca: authority.certificate, certificate: text(data["tls.crt"]), key: text(data["tls.key"]) })
  )
})

const mesh = `/apis/${labels.group}/v1alpha1`
const addons = "/apis/addon.open-cluster-management.io/v1alpha1"
const works = "/apis/work.open-cluster-management.io/v1"

/** What an agent tries on the hub, as `METHOD path`; and what the hub says, a status. */
export const answersTo = (agent: RawClient, calls: ReadonlyArray<string>) =>
  Effect.map(
    Effect.forEach(calls, (call) => {
      const [method = "", path = ""] = call.split(" ")
      const request = method === "PATCH" ? { body: { status: {} }, contentType: "application/merge-patch+json" } : {}
      return Effect.map(agent.request(method, path, request), ({ status }) => [call, status] as const)
    }),
    (answers) => Object.fromEntries(answers)
  )

/** All that the agent of a cluster is there for. */
export const itsOwn = (cluster: string): ReadonlyArray<string> => [
  `GET ${mesh}/namespaces/${cluster}/meshagents?fieldSelector=metadata.name=${labels.addonName}`,
  `PATCH ${mesh}/namespaces/${cluster}/meshagents/${labels.addonName}/status`
]

/** What an agent that lies, or who has stolen its certificate, would like to do. */
export const notItsOwn = (cluster: string, victim: string): ReadonlyArray<string> => [
  `PATCH ${mesh}/namespaces/${victim}/meshagents/${labels.addonName}/status`,
  `GET ${mesh}/namespaces/${victim}/meshagents/${labels.addonName}`,
  `PATCH ${mesh}/namespaces/${cluster}/meshagents/${labels.addonName}`,
  `PATCH ${mesh}/namespaces/${cluster}/meshagents/another/status`,
  `GET ${mesh}/namespaces/${cluster}/meshes`,
  `GET ${mesh}/meshfederations`,
  `PATCH ${addons}/namespaces/${cluster}/managedclusteraddons/hello/status`,
  `PATCH ${addons}/namespaces/${cluster}/managedclusteraddons/${labels.addonName}/status`,
  `GET ${works}/namespaces/${cluster}/manifestworks`,
  `GET /api/v1/namespaces/${cluster}/secrets`
]
