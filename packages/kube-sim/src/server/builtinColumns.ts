import type { KubeObject } from "@multicluster-mesh/ocm-transport"
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
  return textAt(service, ".spec.type") === "LoadBalancer" ? "<pending>" : "<none>"
}

const restarts: Cell = (pod) =>
  valuesAt(".status.containerStatuses[*].restartCount", pod).reduce<number>(
    (sum, count) => sum + (typeof count === "number" ? count : 0),
    0
  )

/**
 * The whole tables of built-in kinds whose cells a path cannot give, the name's column included.
 *
 * Source: kubernetes `pkg/printers/internalversion/printers.go`.
 */
export const builtinColumns: Readonly<Record<string, ReadonlyArray<Column>>> = {
  "/events": [
    column("Last Seen", lastSeen),
    column("Type", (event) => textAt(event, ".type")),
    column("Reason", (event) => textAt(event, ".reason")),
    column(
      "Object",
      (event) => `${textAt(event, ".involvedObject.kind").toLowerCase()}/${textAt(event, ".involvedObject.name")}`
    ),
    column("Source", (event) => textAt(event, ".source.component") || textAt(event, ".reportingComponent"), 1),
    column("Message", (event) => textAt(event, ".message").trim()),
    column("Count", (event) => textAt(event, ".count") || "1", 1),
    column("Name", (event) => event.metadata.name, 1)
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
    age
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
    column("Up-to-date", (object) => textAt(object, ".status.updatedReplicas") || "0"),
    column("Available", (object) => textAt(object, ".status.availableReplicas") || "0"),
    age
  ]
}
