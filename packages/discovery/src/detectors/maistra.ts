import { byKey, byText, ControlPlaneReport, isDeleting, keyOf, maistra } from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import type { ClusterSnapshot } from "../ClusterSnapshot.ts"
import { markOf } from "../markOf.ts"
import { present } from "../present.ts"
import { bounded, cut, decodedOf, fitting, objectsOf, type Problems } from "../Problems.ts"
import { rootCertificateConfigMap } from "../snapshotKinds.ts"
import type { Detector } from "./Detector.ts"
import { readGateways } from "./maistra/gateways.ts"
import { readMembers } from "./maistra/members.ts"
import { readPeers } from "./maistra/peers.ts"
import { readExports, readImports } from "./maistra/serviceSets.ts"

const ConfigMap = Schema.Struct({
  data: Schema.optionalKey(Schema.NullOr(Schema.Record(Schema.String, Schema.String)))
})

/** OpenShift Service Mesh 2: one control plane per ServiceMeshControlPlane, with or without a member roll. */
export const detectMaistra: Detector = (snapshot, problems) => {
  const controlPlanes = decodedOf(snapshot, "ControlPlanes", maistra.ServiceMeshControlPlane, problems) ?? []
  if (controlPlanes.length === 0) return []
  const members = readMembers(snapshot, problems)
  const gateways = readGateways(snapshot, problems)
  const peers = readPeers(snapshot, problems)
  const exports = readExports(snapshot, problems)
  const imports = readImports(snapshot, problems)
  const rootCertificate = readRootCertificates(snapshot, problems)
  const reports = controlPlanes.map((controlPlane): ControlPlaneReport => {
    const { metadata, spec, status } = controlPlane
    const namespace = metadata.namespace ?? ""
    const what = (list: string) => `${list} of ServiceMeshControlPlane ${keyOf(controlPlane)}`
    const limited = <A>(entries: ReadonlyArray<A>, max: number, list: string) =>
      bounded(entries, max, what(list), problems)
    const { configured, pending } = members(namespace)
    return {
      meshProvider: "Openshift Service Mesh",
      namespace,
      name: metadata.name,
      uid: metadata.uid ?? "",
      ...present({
        mark: markOf(metadata),
        version: spec?.version ?? undefined,
        chartVersion: status?.chartVersion ?? undefined,
        rootCertificate: rootCertificate(namespace)
      }),
      deleting: isDeleting(controlPlane),
      current: metadata.generation !== undefined && status?.observedGeneration === metadata.generation,
      profiles: limited(spec?.profiles ?? [], 16, "profiles"),
      // a profile may set what the spec leaves open; `appliedSpec` is the spec with its profiles
      trustDomain: spec?.security?.trust?.domain || status?.appliedSpec?.security?.trust?.domain || "cluster.local",
      clusterName: spec?.cluster?.name || status?.appliedSpec?.cluster?.name || "Kubernetes",
      components: readComponents(controlPlane, limited),
      conditions: limited(readConditions(controlPlane), 16, "conditions"),
      members: {
        configured: limited(configured, 1024, "members"),
        pending: limited(pending, 1024, "pending members")
      },
      gateways: limited(gateways(namespace), 256, "gateways"),
      peers: limited(peers(namespace), 256, "peers"),
      exports: limited(exports(namespace), 256, "export sets"),
      imports: limited(imports(namespace), 256, "import sets")
    }
  })
  return fitting(
    ControlPlaneReport,
    reports,
    (report) => `ServiceMeshControlPlane ${report.namespace}/${report.name}`,
    problems
  )
}

const readComponents = (
  { status }: maistra.ServiceMeshControlPlane,
  limited: (names: ReadonlyArray<string>, max: number, list: string) => ReadonlyArray<string>
): ControlPlaneReport["components"] => {
  const names = (state: string) =>
    limited([...new Set(status?.readiness?.components?.[state] ?? [])].sort(byText), 64, `${state} components`)
  return { ready: names("ready"), unready: names("unready"), pending: names("pending") }
}

const readConditions = ({ status }: maistra.ServiceMeshControlPlane): ControlPlaneReport["conditions"] => {
  const byType = new Map<string, ControlPlaneReport["conditions"][number]>()
  for (const condition of status?.conditions ?? []) {
    byType.set(condition.type, {
      type: cut(condition.type, 64),
      status: condition.status,
      reason: cut(condition.reason ?? "", 128),
      message: cut(condition.message ?? "", 2048)
    })
  }
  return [...byType.values()].sort(byKey((condition) => condition.type))
}

/**
 * Returns, by control plane namespace, the root certificate that istiod publishes there. Every member namespace has a
 * copy as well, and anyone who may write there may change it: only the one beside the control plane counts.
 */
const readRootCertificates = (snapshot: ClusterSnapshot, problems: Problems) => {
  const decode = Schema.decodeUnknownOption(ConfigMap)
  const configMaps = objectsOf(snapshot, "RootCertificates", problems) ?? []
  return (namespace: string): string | undefined => {
    const configMap = configMaps.find(
      ({ metadata }) => metadata.name === rootCertificateConfigMap && metadata.namespace === namespace
    )
    if (configMap === undefined) return undefined
    const decoded = decode(configMap)
    const pem = decoded._tag === "Some" ? decoded.value.data?.["root-cert.pem"] : undefined
    if (pem !== undefined && pem.length <= 16_384) return pem
    problems.push(`ConfigMap ${keyOf(configMap)} has no root-cert.pem of at most 16 KiB`)
    return undefined
  }
}
