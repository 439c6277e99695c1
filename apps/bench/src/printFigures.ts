import { type Figure, measured, quantile, verdictOf } from "./Figure.ts"

/** The figures of an earlier run, by name, to show beside the new ones. */
export type Earlier = ReadonlyMap<string, Figure>

/** Figures as a table for people. */
export const printFigures = (figures: ReadonlyArray<Figure>, earlier: Earlier = new Map()): string => {
  const withEarlier = earlier.size > 0
  const head = ["FIGURE", "MEASURED", "MIN", "MAX", "N", "BUDGET", "AIM", "VERDICT", ...(withEarlier ? ["BEFORE"] : [])]
  const rows = figures.map((figure) => {
    const { aim, budget, counts, name, samples, unit } = figure
    const before = earlier.get(name)
    return [
      counts === undefined || counts === "median" ? name : `${name}, ${counts}`,
      `${text(measured(figure))} ${unit}`,
      text(quantile(samples, 0)),
      text(quantile(samples, 1)),
      String(samples.length),
      budget === undefined ? "" : text(budget),
      aim === undefined ? "" : text(aim),
      verdictOf(figure),
      ...(withEarlier ? [before === undefined ? "" : text(measured(before))] : [])
    ]
  })
  const table = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const text = (value: number): string =>
  Number.isNaN(value) ? "-" : value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(2)
