/** One thing that is measured. */
export interface Figure {
  readonly name: string
  readonly unit: Unit
  /** What was measured, each time that it was. */
  readonly samples: ReadonlyArray<number>
  /** What it must not exceed; undefined where it is only shown. */
  readonly budget?: number
  /** What we would like it to be. */
  readonly aim?: number
  /** Which of the samples counts: the median unless said otherwise. */
  readonly counts?: "median" | "p99" | "max"
}

export type Unit = "ms" | "MiB" | "writes" | "CPU s"

/** The figure that is held against the budget. */
export const measured = ({ counts = "median", samples }: Figure): number =>
  quantile(samples, counts === "median" ? 0.5 : counts === "p99" ? 0.99 : 1)

/** How a figure stands: `over` its budget, within it, or even as good as we would like. */
export type Verdict = "good" | "within" | "over" | "shown" | "missing"

export const verdictOf = (figure: Figure): Verdict => {
  const { aim, budget } = figure
  if (figure.samples.length === 0) return "missing"
  if (budget === undefined) return "shown"
  const value = measured(figure)
  return value > budget ? "over" : value <= (aim ?? budget) ? "good" : "within"
}

/** The smallest sample that is not smaller than `share` of all samples; NaN without samples. */
export const quantile = (samples: ReadonlyArray<number>, share: number): number =>
  samples.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(samples.length * share) - 1)] ?? Number.NaN
