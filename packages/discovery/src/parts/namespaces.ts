import { byText, type KubeObject, type MeshAgentSpec, type NamespaceReport } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot, NamespaceContents } from "../ClusterSnapshot.ts"
import { contentKinds } from "../contentKinds.ts"
import { markOf } from "../markOf.ts"
import { cut, type Problems } from "../Problems.ts"
import { rootCertificateConfigMap } from "../snapshotKinds.ts"

/** What Kubernetes, OpenShift and istiod put into namespaces on their own. */
const ownAccord = new Set([
  "ConfigMap/kube-root-ca.crt",
  "ConfigMap/openshift-service-ca.crt",
  `ConfigMap/${rootCertificateConfigMap}`,
  // istiod's own root, made new when it is missing; `cacerts` is one that people bring
  "Secret/istio-ca-secret",
  "ServiceAccount/builder",
  "ServiceAccount/default",
  "ServiceAccount/deployer"
])

/** What is in the asked namespaces that their removal would take from someone. */
export const reportNamespaces = (
  snapshot: ClusterSnapshot,
  asked: MeshAgentSpec,
  problems: Problems
): ReadonlyArray<NamespaceReport> => {
  const contents = new Map(snapshot.namespaces.map((entry) => [entry.namespace, entry]))
  return [...new Set(asked.namespaces)].sort(byText).flatMap((name): ReadonlyArray<NamespaceReport> => {
    const found = contents.get(name) ?? { namespace: name, kinds: {} }
    const foreign = foreignObjects(found, asked.fleetId, problems)
    if (foreign === undefined) return []
    const hidden = contentKinds.map(({ kind }) => kind).filter((kind) => found.kinds[kind]?._tag === "Hidden")
    // the schema keeps the first 20: people need to see that there is something, and what
    return [{ name, foreign: foreign.slice(0, 20), ...(hidden.length === 0 ? {} : { hidden: hidden.sort(byText) }) }]
  })
}

interface Content {
  readonly kind: string
  readonly object: KubeObject
}

/** Sorted `kind/name` of the foreign objects in a namespace, of what can be seen; undefined when that is not known. */
const foreignObjects = (
  { namespace, kinds }: NamespaceContents,
  fleetId: string,
  problems: Problems
): ReadonlyArray<string> | undefined => {
  const objects: Array<Content> = []
  const known = new Set<string>()
  for (const { group, kind } of contentKinds) {
    const state = kinds[kind] ?? { _tag: "Unknown", message: "not read yet" }
    if (state._tag === "Known") {
      known.add(`${group}/${kind}`)
      objects.push(...state.objects.map((object) => ({ kind, object })))
    } else if (state._tag === "Unknown") {
      problems.push(`${kind} in namespace ${namespace}: ${state.message}`)
      return undefined
    }
  }
  return objects
    .filter((content) => isForeign(content, fleetId, known))
    .map(({ kind, object }) => cut(`${kind}/${object.metadata.name}`, 320))
    .sort(byText)
}

/**
 * Whether an object belongs neither to this fleet, nor to the mesh operator, nor to the platform. For an object with an
 * owner the owner counts, if owners of that kind are known: without its owner the object is about to go anyway.
 */
const isForeign = ({ kind, object: { metadata } }: Content, fleetId: string, known: ReadonlySet<string>): boolean =>
  markOf(metadata)?.fleetId !== fleetId &&
  metadata.labels?.["maistra.io/owner"] === undefined &&
  // the operator's own ServiceMeshMember of a namespace in the roll
  metadata.annotations?.["maistra.io/created-by"] === undefined &&
  !ownAccord.has(`${kind}/${metadata.name}`) &&
  !isElectionLock(kind, metadata.name, metadata.annotations) &&
  !(kind === "Secret" && isOfServiceAccount(metadata.annotations)) &&
  !(metadata.ownerReferences ?? []).some(({ apiVersion, kind }) => known.has(`${groupOf(apiVersion)}/${kind}`))

const groupOf = (apiVersion: string): string => apiVersion.slice(0, Math.max(apiVersion.indexOf("/"), 0))

/** What Kubernetes and OpenShift write on the token and registry Secrets that they make for ServiceAccounts. */
const serviceAccountAnnotations = [
  "kubernetes.io/service-account.name",
  "kubernetes.io/service-account.uid",
  "openshift.io/internal-registry-auth-token.service-account"
]

const isOfServiceAccount = (annotations: Readonly<Record<string, string>> | undefined): boolean =>
  serviceAccountAnnotations.some((annotation) => annotations?.[annotation] !== undefined)

/** Whether an object is one of the ConfigMaps over which the replicas of istiod elect their leaders. */
const isElectionLock = (
  kind: string,
  name: string,
  annotations: Readonly<Record<string, string>> | undefined
): boolean =>
  kind === "ConfigMap" &&
  name.startsWith("istio-") &&
  annotations?.["control-plane.alpha.kubernetes.io/leader"] !== undefined
