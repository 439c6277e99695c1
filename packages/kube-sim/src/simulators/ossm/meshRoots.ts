import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { find } from "../calls.ts"
import { textAt } from "../fields.ts"
import { rootConfigMapName } from "./meshNamespaces.ts"
import { makeRootCertificate } from "./rootCertificate.ts"

/**
 * The root certificates of the meshes of one cluster, by the control plane's namespace: the user's own in `cacerts`,
 * else the one that is known or published already, else a new one.
 */
export const makeMeshRoots = (api: KubeApi) => {
  const roots = new Map<string, string>()

  return Effect.fnUntraced(function* (namespace: string): Effect.fn.Return<string, KubeError> {
    const own = yield* find(api, resources.secrets, { namespace, name: "cacerts" })
    const encoded = textAt(own, "data", "root-cert.pem")
    if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8")
    const published = yield* find(api, resources.configMaps, { namespace, name: rootConfigMapName })
    const root = roots.get(namespace) ?? textAt(published, "data", "root-cert.pem") ?? (yield* makeRootCertificate)
    roots.set(namespace, root)
    return root
  })
}
