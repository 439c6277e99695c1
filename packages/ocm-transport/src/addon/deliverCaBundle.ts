import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"
import { caBundleVariable } from "../withProxyCa.ts"
import { changeContainers, changePods, withNamed } from "./changePods.ts"

/** OCM's own add-ons from templates have the same names: an image that is made for these works here, too. */
const volume = "proxy-ca-bundle"
const folder = "/managed/proxy-ca"
const file = "ca-bundle.crt"

/**
 * Gives the workloads among `objects` the certificates of the proxy as a file, and its place in CA_BUNDLE_FILE_PATH.
 * It is a ConfigMap beside each of them, which the kubelet brings up to date without a restart.
 */
export const deliverCaBundle = (
  objects: ReadonlyArray<KubeObject>,
  addOn: string,
  bundle: string | undefined
): ReadonlyArray<KubeObject> => {
  if (bundle === undefined) return objects
  const name = `${addOn}-proxy-ca`
  const configMaps = new Map<string | undefined, KubeObject>()
  const mounted = changePods(objects, (pod, _, { metadata: { namespace } }) => {
    configMaps.set(namespace, {
      apiVersion: resources.apiVersionOf(resources.configMaps),
      kind: resources.configMaps.kind,
      metadata: { name, ...(namespace !== undefined && { namespace }) },
      data: { [file]: bundle }
    })
    const volumes = withNamed(pod["volumes"], [{ name: volume, configMap: { name } }])
    return changeContainers({ ...pod, volumes }, (container) => ({
      ...container,
      env: withNamed(container["env"], [{ name: caBundleVariable, value: `${folder}/${file}` }]),
      volumeMounts: withNamed(container["volumeMounts"], [{ name: volume, mountPath: folder, readOnly: true }])
    }))
  })
  return [...mounted, ...configMaps.values()]
}
