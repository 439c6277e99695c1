import {
  type CertificateFacts,
  type ClusterReport,
  Component,
  type ControlPlaneReport,
  labels,
  type Mesh,
  type MeshSpec,
  type MeshStatus,
  names
} from "@multicluster-mesh/mesh-model"
import { checkControlPlane, type Refusal } from "./checkControlPlane.ts"
import { present } from "./present.ts"

/** The part of a Mesh's status that comes from its cluster. */
export type MeshFacts = Pick<
  MeshStatus,
  "version" | "chartVersion" | "controlPlane" | "readiness" | "members" | "trust" | "gateways"
>

/** A control plane that an agent reports, checked. */
export interface FoundMesh {
  readonly cluster: string
  /** The report of the control plane without what was refused. */
  readonly report: ControlPlaneReport
  readonly facts: MeshFacts
  /** The Mesh that the hub makes for it while it belongs to no Mesh of a person or a MeshDeployment. */
  readonly discovered: Mesh
}

export interface FoundMeshes {
  readonly found: ReadonlyArray<FoundMesh>
  readonly refused: ReadonlyArray<Refusal>
}

/**
 * Makes meshes of the control planes that the agent of `cluster` reports. An agent is not trusted: what its report says
 * ends up in other clusters, so only what is well-formed is taken over, and only as something about its own cluster.
 *
 * `facts` reads a certificate in PEM, undefined when it cannot. `apiServers` are hosts, each as `hostOf` writes it, to
 * which no peer is sent. A control plane that is refused as a whole may well
 * exist: to know that one is gone, look into the report itself.
 */
export const meshesOf = (
  cluster: string,
  report: ClusterReport,
  facts: (pem: string) => CertificateFacts | undefined,
  apiServers: ReadonlySet<string> = new Set()
): FoundMeshes => {
  const refused: Array<Refusal> = []
  const found = report.controlPlanes.flatMap((claimed): ReadonlyArray<FoundMesh> => {
    const checked = checkControlPlane(claimed, report.controlPlanes, facts, apiServers)
    refused.push(...checked.refused)
    if (checked.report === undefined) return []
    const meshFacts = factsOf(checked.report, facts)
    return [
      {
        cluster,
        report: checked.report,
        facts: meshFacts,
        discovered: meshOf(cluster, checked.report, meshFacts)
      }
    ]
  })
  return { found, refused }
}

const factsOf = (report: ControlPlaneReport, facts: (pem: string) => CertificateFacts | undefined): MeshFacts => {
  const root = report.rootCertificate === undefined ? undefined : facts(report.rootCertificate)
  return {
    ...present({ version: report.version, chartVersion: report.chartVersion }),
    controlPlane: { name: report.name, uid: report.uid, profiles: report.profiles },
    readiness: { components: report.components },
    members: report.members,
    trust: {
      domain: report.trustDomain,
      ...present({ rootFingerprint: root?.fingerprint, rootNotAfter: root?.notAfter })
    },
    gateways: report.gateways
      .slice(0, 128)
      .map(({ name, direction, ready, addresses }) => ({ name, direction, ready, addresses }))
  }
}

const meshOf = (cluster: string, report: ControlPlaneReport, status: MeshFacts): Mesh => ({
  apiVersion: labels.apiVersion,
  kind: "Mesh",
  metadata: {
    name: names.discoveredMeshName(cluster, report.namespace, report.name),
    namespace: cluster,
    labels: { [labels.discoveredLabel]: "true" }
  },
  spec: specOf(cluster, report),
  status
})

const specOf = (cluster: string, report: ControlPlaneReport): MeshSpec => {
  const { ready, unready, pending } = report.components
  const reported = new Set([...ready, ...unready, ...pending])
  const components = Component.literals.filter((component) => reported.has(component)).toSorted()
  const members = [...report.members.configured, ...report.members.pending].toSorted().slice(0, 1024)
  return {
    cluster,
    controlPlane: {
      name: report.name,
      namespace: report.namespace,
      // a version that the schema of a Mesh refuses still stands in its status
      ...(report.version !== undefined && /^v[0-9]{1,4}\.[0-9]{1,4}$/u.test(report.version)
        ? { version: report.version }
        : {}),
      ...(report.profiles.length === 0 ? {} : { profiles: report.profiles }),
      ...(components.length === 0 ? {} : { components })
    },
    ...(members.length === 0 ? {} : { meshMemberRoll: members }),
    meshProvider: report.meshProvider,
    trustDomain: report.trustDomain,
    managementPolicy: "Observe"
  }
}
