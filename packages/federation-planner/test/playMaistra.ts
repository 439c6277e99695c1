import {
  hashOf,
  labels,
  names,
  type ControlPlaneReport,
  type KubeObject,
  type Mark,
  type ObjectMeta
} from "@multicluster-mesh/mesh-model"
import type { CertificateAnswer, FoundControlPlane } from "../src/HubState.ts"
import type { PlayedWorld } from "./playWorld.ts"

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

const markOf = ({ labels: found = {} }: ObjectMeta): Mark | undefined => {
  const [fleetId, unit] = [found[labels.fleetLabel], found[labels.unitLabel]]
  return fleetId === undefined || unit === undefined ? undefined : { fleetId, unit }
}

const rootOf = (cluster: string, namespace: string): string =>
  `-----BEGIN CERTIFICATE-----\n${hashOf(`${cluster}/${namespace}`, 32)}\n-----END CERTIFICATE-----\n`

const addressOf = (cluster: string, namespace: string, gateway: string): string =>
  `${gateway}.${namespace}.${cluster}.example.com`

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
export const controlPlanesOf = (world: PlayedWorld, cluster: string): ReadonlyArray<FoundControlPlane> =>
  objectsOf(world, cluster, "ServiceMeshControlPlane").map((smcp) => {
    const report = reportOf(world, cluster, smcp)
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

const objectsOf = (world: PlayedWorld, cluster: string, kind: string, namespace?: string): ReadonlyArray<KubeObject> =>
  [...(world.objects.get(cluster)?.values() ?? [])].filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace)
  )

const reportOf = (world: PlayedWorld, cluster: string, smcp: KubeObject): ControlPlaneReport => {
  const namespace = smcp.metadata.namespace ?? ""
  const ingresses = keysAt(smcp, "spec", "gateways", "additionalIngress")
  const egresses = keysAt(smcp, "spec", "gateways", "additionalEgress")
  const mark = markOf(smcp.metadata)
  const members = objectsOf(world, cluster, "ServiceMeshMemberRoll", namespace).flatMap((roll) =>
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
    peers: objectsOf(world, cluster, "ServiceMeshPeer", namespace).map((peer) => {
      const connected = remoteOf(world, cluster, peer) !== undefined
      return { name: peer.metadata.name, connected, synced: connected, watched: connected }
    }),
    exports: objectsOf(world, cluster, "ExportedServiceSet", namespace).map((set) => ({
      peer: set.metadata.name,
      services: exportedBy(world, cluster, set)
    })),
    imports: objectsOf(world, cluster, "ImportedServiceSet", namespace).map((set) => ({
      peer: set.metadata.name,
      services: importedBy(world, cluster, set)
    }))
  }
}

interface Remote {
  readonly cluster: string
  readonly peer: KubeObject
}

/** The peer that answers `peer`: at its address, with a clientID, trust domain and root that fit. */
const remoteOf = (world: PlayedWorld, cluster: string, peer: KubeObject): Remote | undefined => {
  const namespace = peer.metadata.namespace ?? ""
  const domain = trustDomainOf(world, cluster, namespace)
  const clientID = `${domain}/ns/${namespace}/sa/${textAt(peer, "spec", "gateways", "egress", "name")}-service-account`
  for (const [other] of world.objects) {
    for (const candidate of objectsOf(world, other, "ServiceMeshPeer")) {
      const there = candidate.metadata.namespace ?? ""
      const ingress = addressOf(other, there, textAt(candidate, "spec", "gateways", "ingress", "name"))
      const fits =
        listAt(peer, "spec", "remote", "addresses").includes(ingress) &&
        textAt(candidate, "spec", "security", "clientID") === clientID &&
        textAt(peer, "spec", "security", "trustDomain") === trustDomainOf(world, other, there) &&
        trustDomainOf(world, other, there) !== domain &&
        trusts(world, cluster, peer, rootOf(other, there)) &&
        trusts(world, other, candidate, rootOf(cluster, namespace))
      if (fits) return { cluster: other, peer: candidate }
    }
  }
  return undefined
}

const trustDomainOf = (world: PlayedWorld, cluster: string, namespace: string): string =>
  textAt(objectsOf(world, cluster, "ServiceMeshControlPlane", namespace)[0], "spec", "security", "trust", "domain")

const trusts = (world: PlayedWorld, cluster: string, peer: KubeObject, root: string): boolean => {
  const name = textAt(peer, "spec", "security", "certificateChain", "name")
  return objectsOf(world, cluster, "ConfigMap", peer.metadata.namespace).some(
    (map) => map.metadata.name === name && textAt(map, "data", "root-cert.pem") === root
  )
}

const exportedBy = (world: PlayedWorld, cluster: string, set: KubeObject) =>
  listAt(set, "spec", "exportRules").flatMap((rule) => {
    const namespace = textAt(rule, "nameSelector", "namespace")
    const name = textAt(rule, "nameSelector", "name")
    const seenIn = textAt(rule, "nameSelector", "alias", "namespace") || namespace
    const seenAs = textAt(rule, "nameSelector", "alias", "name") || name
    return world.services.some((one) => one.cluster === cluster && one.namespace === namespace && one.name === name)
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

const importedBy = (world: PlayedWorld, cluster: string, set: KubeObject) => {
  const peer = objectsOf(world, cluster, "ServiceMeshPeer", set.metadata.namespace).find(
    ({ metadata }) => metadata.name === set.metadata.name
  )
  const remote = peer === undefined ? undefined : remoteOf(world, cluster, peer)
  if (remote === undefined) return []
  const offered = objectsOf(world, remote.cluster, "ExportedServiceSet", remote.peer.metadata.namespace)
    .filter(({ metadata }) => metadata.name === remote.peer.metadata.name)
    .flatMap((exports) => exportedBy(world, remote.cluster, exports))
  return offered.map(({ exportedName, seenAs, seenIn }) => {
    const rule = listAt(set, "spec", "importRules").find(
      (one) => textAt(one, "nameSelector", "namespace") === seenIn && textAt(one, "nameSelector", "name") === seenAs
    )
    const suffix = at(rule, "importAsLocal") === true ? "svc.cluster.local" : `svc.${set.metadata.name}-imports.local`
    return { exportedName, localHost: rule === undefined ? "" : `${seenAs}.${seenIn}.${suffix}` }
  })
}
