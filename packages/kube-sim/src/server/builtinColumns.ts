import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonObject } from "../schema/json.ts"
import { humanDuration } from "./humanDuration.ts"
import { valuesAt } from "./jsonPath.ts"
import { type Column, nameColumn } from "./Kind.ts"

type Cell = (object: KubeObject, nowMillis: number) => unknown

const column = (name: string, cell: Cell, priority = 0): Column => ({
  name,
  type: "string",
  jsonPath: "",
  priority,
  cell
})

const textAt = (object: KubeObject, path: string): string => {
  const [value] = valuesAt(path, object)
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

const sizeAt = (object: KubeObject, ...paths: ReadonlyArray<string>): number =>
  paths
    .flatMap((path) => valuesAt(path, object))
    .reduce<number>(
      (sum, value) => sum + (typeof value === "object" && value !== null ? Object.keys(value).length : 0),
      0
    )

const since = (text: string, nowMillis: number): string => {
  const time = Date.parse(text)
  return Number.isNaN(time) ? "<unknown>" : humanDuration(nowMillis - time)
}

const age = column("Age", (object, nowMillis) => since(object.metadata.creationTimestamp ?? "", nowMillis))

const lastSeen: Cell = (event, nowMillis) =>
  since(
    textAt(event, ".series.lastObservedTime") ||
      textAt(event, ".lastTimestamp") ||
      textAt(event, ".eventTime") ||
      (event.metadata.creationTimestamp ?? ""),
    nowMillis
  )

const firstSeen: Cell = (event, nowMillis) =>
  since(
    textAt(event, ".firstTimestamp") || textAt(event, ".eventTime") || (event.metadata.creationTimestamp ?? ""),
    nowMillis
  )

const ready: Cell = (object) =>
  `${textAt(object, ".status.readyReplicas") || "0"}/${textAt(object, ".spec.replicas") || "0"}`

const ports: Cell = (service) =>
  valuesAt(".spec.ports[*]", service)
    .map((port) => {
      const [number] = valuesAt(".port", port)
      const [node] = valuesAt(".nodePort", port)
      const [protocol] = valuesAt(".protocol", port)
      return `${JSON.stringify(number)}${node === undefined ? "" : `:${JSON.stringify(node)}`}/${typeof protocol === "string" ? protocol : "TCP"}`
    })
    .join(",") || "<none>"

const externalIp: Cell = (service) => {
  const addresses = ["ip", "hostname"].flatMap((field) => valuesAt(`.status.loadBalancer.ingress[*].${field}`, service))
  if (addresses.length > 0) return addresses.join(",")
  if (textAt(service, ".spec.type") === "ExternalName") return textAt(service, ".spec.externalName")
  return textAt(service, ".spec.type") === "LoadBalancer" ? "<pending>" : "<none>"
}

const restarts: Cell = (pod) =>
  valuesAt(".status.containerStatuses[*].restartCount", pod).reduce<number>(
    (sum, count) => sum + (typeof count === "number" ? count : 0),
    0
  )

const textsAt = (object: KubeObject, path: string): string =>
  valuesAt(path, object)
    .map((value) => (typeof value === "string" ? value : JSON.stringify(value)))
    .join(",")

const labelsAt = (object: KubeObject, path: string): string => {
  const [labels] = valuesAt(path, object)
  const pairs = isJsonObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : []
  return pairs.length === 0 ? "<none>" : pairs.toSorted().join(",")
}

const numberAt = (object: KubeObject, path: string): number => {
  const [value] = valuesAt(path, object)
  return typeof value === "number" ? value : 0
}

const createdAt: Column = {
  ...column("Created At", (object) => object.metadata.creationTimestamp),
  type: "date"
}

const roleOf = column("Role", (binding) => `${textAt(binding, ".roleRef.kind")}/${textAt(binding, ".roleRef.name")}`)

const subjects = (kind: string): Cell => {
  const named = (subject: unknown): string =>
    (kind === "ServiceAccount" ? ["namespace", "name"] : ["name"])
      .map((field) => valuesAt(`.${field}`, subject).join(""))
      .join("/")
  return (binding) =>
    valuesAt(".subjects[*]", binding)
      .filter((subject) => valuesAt(".kind", subject)[0] === kind)
      .map(named)
      .join(",")
}

const bindings = [
  nameColumn,
  roleOf,
  age,
  column("Users", subjects("User"), 1),
  column("Groups", subjects("Group"), 1),
  column("ServiceAccounts", subjects("ServiceAccount"), 1)
]

const versions: Cell = (crd) =>
  valuesAt(".spec.versions[*]", crd)
    .filter(isJsonObject)
    .filter((version) => version["served"] === true || version["storage"] === true)
    .map((version) => `${String(version["name"])}${version["storage"] === true ? "(storage)" : ""}`)
    .join(",")

const established: Column = {
  name: "Established",
  type: "boolean",
  jsonPath: '.status.conditions[?(@.type=="Established")].status',
  priority: 1,
  cell: (crd) => textAt(crd, '.status.conditions[?(@.type=="Established")].status') === "True"
}

const workload = [
  column("Containers", (object) => textsAt(object, ".spec.template.spec.containers[*].name"), 1),
  column("Images", (object) => textsAt(object, ".spec.template.spec.containers[*].image"), 1),
  column("Selector", (object) => labelsAt(object, ".spec.selector.matchLabels"), 1)
]

/**
 * The whole tables of built-in kinds, the name's column included.
 *
 * Source: kubernetes `pkg/printers/internalversion/printers.go`.
 */
export const builtinColumns: Readonly<Record<string, ReadonlyArray<Column>>> = {
  "/namespaces": [nameColumn, column("Status", (namespace) => textAt(namespace, ".status.phase")), age],
  "/serviceaccounts": [nameColumn, age],
  "/events": [
    column("Last Seen", lastSeen),
    column("Type", (event) => textAt(event, ".type")),
    column("Reason", (event) => textAt(event, ".reason")),
    column(
      "Object",
      (event) => `${textAt(event, ".involvedObject.kind").toLowerCase()}/${textAt(event, ".involvedObject.name")}`
    ),
    column("Subobject", (event) => textAt(event, ".involvedObject.fieldPath"), 1),
    column("Source", (event) => textAt(event, ".source.component") || textAt(event, ".reportingComponent"), 1),
    column("Message", (event) => textAt(event, ".message").trim()),
    column("First Seen", firstSeen, 1),
    column("Count", (event) => numberAt(event, ".count") || 1, 1),
    { ...column("Name", (event) => event.metadata.name, 1), format: "name" }
  ],
  "/configmaps": [nameColumn, column("Data", (map) => sizeAt(map, ".data", ".binaryData")), age],
  "/secrets": [
    nameColumn,
    column("Type", (secret) => textAt(secret, ".type")),
    column("Data", (secret) => sizeAt(secret, ".data")),
    age
  ],
  "/services": [
    nameColumn,
    column("Type", (service) => textAt(service, ".spec.type") || "ClusterIP"),
    column("Cluster-IP", (service) => textAt(service, ".spec.clusterIP") || "<none>"),
    column("External-IP", externalIp),
    column("Port(s)", ports),
    age,
    column("Selector", (service) => labelsAt(service, ".spec.selector"), 1)
  ],
  "/pods": [
    nameColumn,
    column(
      "Ready",
      (pod) =>
        `${valuesAt(".status.containerStatuses[*].ready", pod).filter((is) => is === true).length}/${valuesAt(".spec.containers[*]", pod).length}`
    ),
    column("Status", (pod) => textAt(pod, ".status.reason") || textAt(pod, ".status.phase")),
    column("Restarts", restarts),
    age
  ],
  "apps/deployments": [
    nameColumn,
    column("Ready", ready),
    column("Up-to-date", (object) => numberAt(object, ".status.updatedReplicas")),
    column("Available", (object) => numberAt(object, ".status.availableReplicas")),
    age,
    ...workload
  ],
  "rbac.authorization.k8s.io/roles": [nameColumn, createdAt],
  "rbac.authorization.k8s.io/clusterroles": [nameColumn, createdAt],
  "rbac.authorization.k8s.io/rolebindings": bindings,
  "rbac.authorization.k8s.io/clusterrolebindings": bindings,
  "networking.k8s.io/networkpolicies": [
    nameColumn,
    column("Pod-Selector", (policy) => labelsAt(policy, ".spec.podSelector.matchLabels")),
    age
  ],
  "coordination.k8s.io/leases": [nameColumn, column("Holder", (lease) => textAt(lease, ".spec.holderIdentity")), age],
  "apiextensions.k8s.io/customresourcedefinitions": [
    nameColumn,
    column("Scope", (crd) => textAt(crd, ".spec.scope")),
    column("Versions", versions),
    createdAt,
    column("Group", (crd) => textAt(crd, ".spec.group"), 1),
    column("Kind", (crd) => textAt(crd, ".spec.names.kind"), 1),
    column("ShortNames", (crd) => textsAt(crd, ".spec.names.shortNames[*]"), 1),
    established
  ]
}
