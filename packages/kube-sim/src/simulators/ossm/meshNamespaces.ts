import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { ensure, find } from "../calls.ts"
import { textAt } from "../fields.ts"

export const rootConfigMapName = "istio-ca-root-cert"

/** The mesh's root, as istiod publishes it in each namespace of the mesh. */
export const ensureRoot = Effect.fnUntraced(function* (api: KubeApi, namespace: string, root: string) {
  const wanted: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: rootConfigMapName, namespace, labels: { "istio.io/config": "true" } },
    data: { "root-cert.pem": root }
  }
  const found = yield* ensure(api, resources.configMaps, wanted, "istiod")
  if (textAt(found, "data", "root-cert.pem") !== root) {
    yield* api.patch(resources.configMaps, found.metadata, { data: wanted["data"] }, { fieldManager: "istiod" })
  }
})

/** Says on a namespace to which control plane it belongs. */
export const setMemberOf = Effect.fnUntraced(function* (api: KubeApi, name: string, controlPlane: string | undefined) {
  const namespace = yield* find(api, resources.namespaces, { name })
  if (namespace === undefined || namespace.metadata.labels?.[memberOfLabel] === controlPlane) return
  const patch = { metadata: { labels: { [memberOfLabel]: controlPlane ?? null } } }
  yield* api.patch(resources.namespaces, { name }, patch, { fieldManager: "maistra-istio-operator" })
})

export const memberOfLabel = "maistra.io/member-of"
