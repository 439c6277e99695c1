import {
  identityKey,
  identityOf,
  labels,
  manifestsOf,
  type ClusterReport,
  type ControlPlaneReport,
  type KubeObject,
  type ManifestWork,
  type Mark,
  type MeshAgentSpec,
  type ReportPart
} from "@multicluster-mesh/mesh-model"

const parts: ReadonlyArray<ReportPart> = ["APIs", "Operators", "ControlPlanes", "Objects", "Services", "Namespaces"]

/** What a played cluster is beyond what works put there. */
export interface PlayedCluster {
  readonly name: string
  /** Root certificate of its meshes, in PEM. */
  readonly root: string
}

/**
 * What the agent of a cluster would say of it if everything that works carry were there and ready at once.
 *
 * Every kind is served from the start, and all that is asked and not carried is absent.
 */
export const reportOf = (
  cluster: PlayedCluster,
  asked: MeshAgentSpec,
  works: ReadonlyArray<ManifestWork>
): ClusterReport => {
  const objects = works.flatMap(manifestsOf)
  const byIdentity = new Map(objects.map((object) => [identityKey(identityOf(object)), object]))
  return {
    parts: parts.map((name) => ({ name, complete: true })),
    apis: [
      {
        apiVersion: "federation.maistra.io/v1",
        kinds: ["ExportedServiceSet", "ImportedServiceSet", "ServiceMeshPeer"]
      },
      { apiVersion: "maistra.io/v1", kinds: ["ServiceMeshMember", "ServiceMeshMemberRoll"] },
      { apiVersion: "maistra.io/v2", kinds: ["ServiceMeshControlPlane"] }
    ],
    operators: ofKind(objects, "Subscription").map((object) => ({
      package: object.metadata.name,
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      ...markOf(object),
      phase: "Succeeded",
      state: "AtLatestKnown"
    })),
    controlPlanes: ofKind(objects, "ServiceMeshControlPlane").map((object) =>
      controlPlaneOf(
        cluster,
        object,
        objects.filter(({ metadata }) => metadata.namespace === object.metadata.namespace)
      )
    ),
    objects: (asked.objects ?? []).map(({ apiVersion, kind, name, namespace }) => {
      const identity = { apiVersion, kind, namespace, name }
      const object = byIdentity.get(identityKey(identity))
      return object === undefined
        ? { ...identity, state: "Absent" as const }
        : { ...identity, state: "Present" as const, ...markOf(object), uid: uidOf(cluster, object) }
    }),
    services: (asked.services ?? []).map(({ name, namespace }) => ({
      namespace,
      name,
      present: true,
      ports: [{ name: "http", port: 9080 }],
      importConsent: false
    })),
    namespaces: []
  }
}

const controlPlaneOf = (
  cluster: PlayedCluster,
  object: KubeObject,
  around: ReadonlyArray<KubeObject>
): ControlPlaneReport => {
  const namespace = object.metadata.namespace ?? ""
  const gateways = (kind: string): ReadonlyArray<string> => Object.keys(Object(at(object, "spec", "gateways", kind)))
  return {
    meshProvider: "Openshift Service Mesh",
    namespace,
    name: object.metadata.name,
    uid: uidOf(cluster, object),
    ...markOf(object),
    deleting: false,
    current: true,
    version: "v2.1",
    chartVersion: "2.1.6",
    profiles: ["default"],
    trustDomain: textAt(object, "spec", "security", "trust", "domain"),
    clusterName: "Kubernetes",
    components: { ready: ["istio-discovery", "istio-ingress", "prometheus"], unready: [], pending: [] },
    conditions: [{ type: "Ready", status: "True", reason: "ComponentsReady", message: "" }],
    members: {
      configured: ofKind(around, "ServiceMeshMemberRoll").flatMap((roll) =>
        listAt(roll, "spec", "members").map(String)
      ),
      pending: []
    },
    rootCertificate: cluster.root,
    gateways: [
      ...gateways("additionalEgress").map((name) => ({
        name,
        direction: "Egress" as const,
        ready: true,
        addresses: []
      })),
      ...gateways("additionalIngress").map((name) => ({
        name,
        direction: "Ingress" as const,
        ready: true,
        serviceType: "LoadBalancer",
        addresses: [`${name}.${cluster.name}.example.com`]
      }))
    ],
    peers: ofKind(around, "ServiceMeshPeer").map(({ metadata: { name } }) => ({
      name,
      connected: true,
      synced: true,
      watched: true
    })),
    exports: ofKind(around, "ExportedServiceSet").map((set) => ({
      peer: set.metadata.name,
      services: listAt(set, "spec", "exportRules").map((rule) => {
        const { name, namespace } = selected(rule)
        return { namespace, name, exportedName: `${name}.${namespace}.svc.${set.metadata.name}-exports.local` }
      })
    })),
    imports: ofKind(around, "ImportedServiceSet").map((set) => ({
      peer: set.metadata.name,
      services: listAt(set, "spec", "importRules").map((rule) => {
        const { name, namespace } = selected(rule)
        return {
          exportedName: `${name}.${namespace}.svc.${ownNameFor(object)}-exports.local`,
          localHost: `${name}.${namespace}.svc.${set.metadata.name}-imports.local`
        }
      })
    }))
  }
}

/** Peers know a mesh by its name, which is that of its trust domain. */
const ownNameFor = (controlPlane: KubeObject): string =>
  textAt(controlPlane, "spec", "security", "trust", "domain").replace(/\.local$/u, "")

const selected = (rule: unknown) => ({
  namespace: textAt(rule, "nameSelector", "namespace"),
  name: textAt(rule, "nameSelector", "name")
})

const ofKind = (objects: ReadonlyArray<KubeObject>, kind: string): ReadonlyArray<KubeObject> =>
  objects.filter((object) => object.kind === kind)

const markOf = ({ metadata }: KubeObject): { readonly mark?: Mark } => {
  const [fleetId, unit] = [metadata.labels?.[labels.fleetLabel], metadata.labels?.[labels.unitLabel]]
  return fleetId === undefined || unit === undefined ? {} : { mark: { fleetId, unit } }
}

const uidOf = ({ name }: PlayedCluster, { kind, metadata }: KubeObject): string =>
  `${name}-${kind}-${metadata.name}`.toLowerCase().slice(0, 64)

const at = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, key) => new Map(Object.entries(Object(inner))).get(key), value)

const textAt = (value: unknown, ...path: ReadonlyArray<string>): string => {
  const text = at(value, ...path)
  return typeof text === "string" ? text : ""
}

const listAt = (value: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const list = at(value, ...path)
  return Array.isArray(list) ? list : []
}
