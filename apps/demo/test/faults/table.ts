import type { Cell } from "./play.ts"

const seconds = (millis: number): string => `${(millis / 1000).toFixed(1)} s`

export const lineOf = ({ atMillis, fault, problems, seed, stage, tookMillis }: Cell): string =>
  [
    `seed ${seed}`.padEnd(9),
    stage.padEnd(9),
    fault.padEnd(44),
    `at ${seconds(atMillis)}`.padEnd(11),
    problems.length === 0 ? `as without it after ${seconds(tookMillis)}` : `FAILED\n    ${problems.join("\n    ")}`
  ].join(" ")

/** Fault × stage: the seeds, with the moment of each, and how many of them ended as without the fault. */
export const tableOf = (cells: ReadonlyArray<Cell>): string => {
  const stages = [...new Set(cells.map(({ stage }) => stage))]
  const faults = [...new Set(cells.map(({ fault }) => fault))].sort()
  const rows = faults.map((fault) => [
    fault,
    ...stages.map((stage) => {
      const here = cells.filter((cell) => cell.fault === fault && cell.stage === stage)
      return here
        .map(
          ({ atMillis, problems, seed }) => `${problems.length === 0 ? "" : "FAILED "}${seed} at ${seconds(atMillis)}`
        )
        .join(", ")
    })
  ])
  const all = [["fault", ...stages], ["---", ...stages.map(() => "---")], ...rows]
  return all.map((row) => `| ${row.join(" | ")} |`).join("\n")
}
