import {
  hashOf,
  labels,
  names,
  type ControlPlaneReport,
  type KubeObject,
  type Mark,
  type ObjectMeta
} from "@multicluster-mesh/mesh-model"
import type { CertificateAnswer, FoundControlPlane } from "../HubState.ts"

/** A Service on a cluster that belongs to someone else. */
export interface ImaginedService {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
  /** Whether its owner lets peers add endpoints to it; no when absent. */
  readonly importConsent?: boolean
  /** How many ports it has; one when absent. */
  readonly ports?: number
}

/** What meshes see of the world: what is on each cluster, and the Services of others there. */
export interface Ground {
  readonly objects: ReadonlyMap<string, ReadonlyArray<KubeObject>>
  readonly services: ReadonlyArray<ImaginedService>
}

/** Reads a field of an object by its path; undefined where the path ends early. */
const at = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? Object.entries(inner).find(([name]) => name === key)?.[1]
        : undefined,
    value
  )
const textAt = (value: unknown, ...path: ReadonlyArray<string>): string => {
  const found = at(value, ...path)
  return typeof found === "string" ? found : ""
}
const listAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}
const keysAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<string> =>
  Object.keys(at(value, ...path) ?? {})

/** The mark that an object carries, of whichever fleet. */
export const markOf = ({ labels: found = {} }: ObjectMeta): Mark | undefined => {
  const [fleetId, unit] = [found[labels.fleetLabel], found[labels.unitLabel]]
  return fleetId === undefined || unit === undefined ? undefined : { fleetId, unit }
}

const rootOf = (cluster: string, namespace: string): string =>
  `-----BEGIN CERTIFICATE-----\n${hashOf(`${cluster}/${namespace}`, 32)}\n-----END CERTIFICATE-----\n`

const addressOf = (cluster: string, namespace: string, gateway: string): string =>
  `${gateway}.${namespace}.${cluster}.example.com`

/** What the roots of the control planes in `found` are: valid, each its own. */
export const certificatesOf = (
  found: ReadonlyArray<FoundControlPlane>,
  known: ReadonlyMap<string, CertificateAnswer>
): ReadonlyMap<string, CertificateAnswer> =>
  new Map([
    ...found.flatMap(({ report: { rootCertificate: pem } }): ReadonlyArray<readonly [string, CertificateAnswer]> =>
      pem === undefined ? [] : [[pem, { _tag: "Facts", facts: validRoot(pem) }]]
    ),
    ...known
  ])

/** What a valid root certificate is, whatever stands in `pem`. */
export const validRoot = (pem: string) => ({
  subject: "O=cluster.local",
  issuer: "O=cluster.local",
  serialNumber: "1",
  fingerprint: hashOf(pem, 64),
  notBefore: "2026-01-01T00:00:00Z",
  notAfter: "2036-01-01T00:00:00Z",
  isCA: true,
  uris: [],
  dnsNames: []
})

/** OpenShift Service Mesh: every control plane is ready at once, and peers connect if both sides fit. */
export const controlPlanesOf = (ground: Ground, cluster: string): ReadonlyArray<FoundControlPlane> =>
  objectsOf(ground, cluster, "ServiceMeshControlPlane").map((smcp) => {
    const report = reportOf(ground, cluster, smcp)
    const { name, namespace } = report
    return {
      cluster,
      report,
      facts: {
        version: report.version ?? "",
        chartVersion: report.chartVersion ?? "",
        controlPlane: { name, uid: report.uid, profiles: report.profiles },
        readiness: { components: report.components },
        members: report.members,
        trust: { domain: report.trustDomain },
        gateways: report.gateways.map(({ addresses, direction, name, ready }) => ({
          addresses,
          direction,
          name,
          ready
        }))
      },
      discovered: {
        apiVersion: labels.apiVersion,
        kind: "Mesh",
        metadata: {
          name: names.discoveredMeshName(cluster, namespace, name),
          namespace: cluster,
          labels: { [labels.discoveredLabel]: "true" }
        },
        spec: {
          cluster,
          controlPlane: { name, namespace },
          meshProvider: "Openshift Service Mesh",
          managementPolicy: "Observe"
        }
      }
    }
  })

const objectsOf = (ground: Ground, cluster: string, kind: string, namespace?: string): ReadonlyArray<KubeObject> =>
  (ground.objects.get(cluster) ?? []).filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace)
  )

const reportOf = (ground: Ground, cluster: string, smcp: KubeObject): ControlPlaneReport => {
  const namespace = smcp.metadata.namespace ?? ""
  const ingresses = keysAt(smcp, "spec", "gateways", "additionalIngress")
  const egresses = keysAt(smcp, "spec", "gateways", "additionalEgress")
  const mark = markOf(smcp.metadata)
  const members = objectsOf(ground, cluster, "ServiceMeshMemberRoll", namespace).flatMap((roll) =>
    listAt(roll, "spec", "members").map(String)
  )
  return {
    meshProvider: "Openshift Service Mesh",
    namespace,
    name: smcp.metadata.name,
    uid: smcp.metadata.uid ?? "",
    ...(mark === undefined ? {} : { mark }),
    deleting: false,
    current: true,
    version: textAt(smcp, "spec", "version") || "v2.6",
    chartVersion: "2.6.8",
    profiles: ["default"],
    trustDomain: textAt(smcp, "spec", "security", "trust", "domain") || "cluster.local",
    clusterName: "Kubernetes",
    components: { ready: ["istio-discovery"], unready: [], pending: [] },
    conditions: [{ type: "Ready", status: "True", reason: "ComponentsReady", message: "" }],
    members: { configured: members, pending: [] },
    rootCertificate: rootOf(cluster, namespace),
    gateways: [
      ...ingresses.map((name) => ({
        name,
        direction: "Ingress" as const,
        ready: true,
        serviceType: "LoadBalancer",
        addresses: [addressOf(cluster, namespace, name)]
      })),
      ...egresses.map((name) => ({ name, direction: "Egress" as const, ready: true, addresses: [] }))
    ],
    peers: objectsOf(ground, cluster, "ServiceMeshPeer", namespace).map((peer) => {
      const connected = remoteOf(ground, cluster, peer) !== undefined
      return { name: peer.metadata.name, connected, synced: connected, watched: connected }
    }),
    exports: objectsOf(ground, cluster, "ExportedServiceSet", namespace).map((set) => ({
      peer: set.metadata.name,
      services: exportedBy(ground, cluster, set).map(({ exportedName, name, namespace: of }) => ({
        namespace: of,
        name,
        exportedName
      }))
    })),
    imports: objectsOf(ground, cluster, "ImportedServiceSet", namespace).map((set) => ({
      peer: set.metadata.name,
      services: importedBy(ground, cluster, set)
    }))
  }
}

interface Remote {
  readonly cluster: string
  readonly peer: KubeObject
}

/** The peer that answers `peer`: at its address, with a clientID, trust domain and root that fit. */
const remoteOf = (ground: Ground, cluster: string, peer: KubeObject): Remote | undefined => {
  const namespace = peer.metadata.namespace ?? ""
  const domain = trustDomainOf(ground, cluster, namespace)
  const clientID = `${domain}/ns/${namespace}/sa/${textAt(peer, "spec", "gateways", "egress", "name")}-service-account`
  for (const [other] of ground.objects) {
    for (const candidate of objectsOf(ground, other, "ServiceMeshPeer")) {
      const there = candidate.metadata.namespace ?? ""
      const ingress = addressOf(other, there, textAt(candidate, "spec", "gateways", "ingress", "name"))
      const fits =
        listAt(peer, "spec", "remote", "addresses").includes(ingress) &&
        textAt(candidate, "spec", "security", "clientID") === clientID &&
        textAt(peer, "spec", "security", "trustDomain") === trustDomainOf(ground, other, there) &&
        trustDomainOf(ground, other, there) !== domain &&
        trusts(ground, cluster, peer, rootOf(other, there)) &&
        trusts(ground, other, candidate, rootOf(cluster, namespace))
      if (fits) return { cluster: other, peer: candidate }
    }
  }
  return undefined
}

const trustDomainOf = (ground: Ground, cluster: string, namespace: string): string =>
  textAt(objectsOf(ground, cluster, "ServiceMeshControlPlane", namespace)[0], "spec", "security", "trust", "domain")

const trusts = (ground: Ground, cluster: string, peer: KubeObject, root: string): boolean => {
  const name = textAt(peer, "spec", "security", "certificateChain", "name")
  return objectsOf(ground, cluster, "ConfigMap", peer.metadata.namespace).some(
    (map) => map.metadata.name === name && textAt(map, "data", "root-cert.pem") === root
  )
}

const exportedBy = (ground: Ground, cluster: string, set: KubeObject) =>
  listAt(set, "spec", "exportRules").flatMap((rule) => {
    const namespace = textAt(rule, "nameSelector", "namespace")
    const name = textAt(rule, "nameSelector", "name")
    const seenIn = textAt(rule, "nameSelector", "alias", "namespace") || namespace
    const seenAs = textAt(rule, "nameSelector", "alias", "name") || name
    return ground.services.some((one) => one.cluster === cluster && one.namespace === namespace && one.name === name)
      ? [
          {
            namespace,
            name,
            exportedName: `${seenAs}.${seenIn}.svc.${set.metadata.name}-exports.local`,
            seenAs,
            seenIn
          }
        ]
      : []
  })

const importedBy = (ground: Ground, cluster: string, set: KubeObject) => {
  const peer = objectsOf(ground, cluster, "ServiceMeshPeer", set.metadata.namespace).find(
    ({ metadata }) => metadata.name === set.metadata.name
  )
  const remote = peer === undefined ? undefined : remoteOf(ground, cluster, peer)
  if (remote === undefined) return []
  const offered = objectsOf(ground, remote.cluster, "ExportedServiceSet", remote.peer.metadata.namespace)
    .filter(({ metadata }) => metadata.name === remote.peer.metadata.name)
    .flatMap((exports) => exportedBy(ground, remote.cluster, exports))
  return offered.map(({ exportedName, seenAs, seenIn }) => {
    const rule = listAt(set, "spec", "importRules").find(
      (one) => textAt(one, "nameSelector", "namespace") === seenIn && textAt(one, "nameSelector", "name") === seenAs
    )
    const suffix = at(rule, "importAsLocal") === true ? "svc.cluster.local" : `svc.${set.metadata.name}-imports.local`
    return { exportedName, localHost: rule === undefined ? "" : `${seenAs}.${seenIn}.${suffix}` }
  })
}
