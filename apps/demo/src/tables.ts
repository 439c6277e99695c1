import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The table could not be had: what was asked, and what went wrong. */
export class TableError extends Schema.TaggedError<TableError>()("TableError", {
  path: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}

const Table = Schema.Struct({
  columnDefinitions: Schema.Array(Schema.Struct({ name: Schema.String, priority: Schema.optionalKey(Schema.Int) })),
  rows: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        cells: Schema.Array(Schema.Unknown),
        object: Schema.optionalKey(
          Schema.Struct({
            metadata: Schema.optionalKey(Schema.Struct({ namespace: Schema.optionalKey(Schema.String) }))
          })
        )
      })
    )
  )
})
const decodeTable = Schema.decodeUnknownEffect(Table)

const failed = (path: string) => (cause: unknown) =>
  new TableError({ path, problem: cause instanceof Error ? cause.message : String(cause) })

/** Asks the API server at `server` for the table of the objects under `path`. */
export const readTableFrom =
  (server: string) =>
  (path: string): Effect.Effect<unknown, TableError> =>
    Effect.tryPromise({
      try: async (signal): Promise<unknown> => {
        const headers = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }
        const response = await fetch(`${server}${path}`, { headers, signal })
        return response.json()
      },
      catch: failed(path)
    })

/**
 * The objects under `path` as `kubectl get` prints them: the API server's own table, with the namespace in front
 * where they are of `allNamespaces`.
 *
 * Errors: `TableError` when the server does not answer with a table.
 */
export const tableOf = Effect.fnUntraced(function* (
  readTable: (path: string) => Effect.Effect<unknown, TableError>,
  path: string,
  allNamespaces: boolean
) {
  const body = yield* readTable(path)
  const table = yield* Effect.mapError(decodeTable(body), failed(path))
  const columns = table.columnDefinitions.flatMap((column, index) => ((column.priority ?? 0) === 0 ? [index] : []))
  const inFront = (cell: string) => (allNamespaces ? [cell] : [])
  const header = [
    ...inFront("NAMESPACE"),
    ...columns.map((index) => table.columnDefinitions[index]?.name.toUpperCase() ?? "")
  ]
  const rows = (table.rows ?? []).map((row) => [
    ...inFront(row.object?.metadata?.namespace ?? ""),
    ...columns.map((index) => cellText(row.cells[index]))
  ])
  return rows.length === 0 ? "No resources found" : aligned([header, ...rows])
})

const cellText = (cell: unknown): string =>
  typeof cell === "string" ? cell : cell === null ? "" : JSON.stringify(cell ?? "")

/** Columns under each other, three spaces between them. */
const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd()
    )
    .join("\n")
}
