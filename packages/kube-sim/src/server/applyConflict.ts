import type { FieldConflict } from "../managedFields/applyObject.ts"
import { type ApiError, apiError } from "./ApiError.ts"

/**
 * 409 with one cause for each field that another manager owns.
 *
 * Source: apimachinery `pkg/util/managedfields/internal/conflict.go`.
 */
export const applyConflict = (conflicts: ReadonlyArray<FieldConflict>): ApiError =>
  apiError(409, "Conflict", messageOf(conflicts), {
    causes: conflicts.map((conflict) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${managerOf(conflict)}`,
      field: conflict.field
    }))
  })

const messageOf = (conflicts: ReadonlyArray<FieldConflict>): string => {
  const [first] = conflicts
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${managerOf(first)}: ${first.field}`
  }
  const byManager = Map.groupBy(conflicts, managerOf)
  const lines = [...byManager].flatMap(([manager, its]) => [
    `conflicts with ${manager}:`,
    ...its.map(({ field }) => `- ${field}`)
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`
}

const managerOf = ({ manager, operation, apiVersion, subresource, time }: FieldConflict): string => {
  const named = JSON.stringify(manager) + (subresource === undefined ? "" : ` with subresource "${subresource}"`)
  if (operation !== "Update") return named
  return `${named} using ${apiVersion}${time === undefined ? "" : ` at ${time}`}`
}
