import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { humanDuration } from "./humanDuration.ts"
import { valuesAt } from "./jsonPath.ts"
import type { Column, Kind } from "./Kind.ts"
import { type ListMetadata, partial } from "./partial.ts"

/** meta.k8s.io/v1 Table: what `kubectl get` prints. */
export const tableOf = (
  kind: Kind,
  objects: ReadonlyArray<KubeObject>,
  metadata: ListMetadata,
  includeObject: string,
  nowMillis: number
) => ({
  kind: "Table",
  apiVersion: "meta.k8s.io/v1",
  metadata,
  columnDefinitions: kind.columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format: format ?? "",
    description: description ?? `Custom resource definition column (in JSONPath format): ${name}`,
    priority: priority ?? 0
  })),
  rows: objects.map((object) => ({
    cells: kind.columns.map((column) => cellOf(column, object, nowMillis)),
    ...(includeObject !== "None" && { object: includeObject === "Object" ? object : partial(object) })
  }))
})

const cellOf = (column: Column, object: KubeObject, nowMillis: number): unknown => {
  if (column.cell !== undefined) return column.cell(object, nowMillis)
  // as the API server does, the first of several results
  const [value] = valuesAt(column.jsonPath, object)
  if (value === undefined || value === null) return null
  switch (column.type) {
    case "date": {
      const time = Date.parse(typeof value === "string" ? value : "")
      return Number.isNaN(time) ? "<invalid>" : humanDuration(nowMillis - time)
    }
    case "integer":
    case "number":
      return typeof value === "number" ? value : null
    case "boolean":
      return typeof value === "boolean" ? value : null
    default:
      return typeof value === "string" ? value : JSON.stringify(value)
  }
}
