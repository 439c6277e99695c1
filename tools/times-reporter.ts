import type { Reporter, TestModule } from "vitest/node"

const line = (seconds: number, what: string): string => `${seconds.toFixed(1).padStart(8)} s  ${what}\n`

/** Closes a run of real control planes with the seconds of each file, the longest first. */
export default class TimesReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const rows = modules
      .map((module) => ({ file: module.relativeModuleId, seconds: module.diagnostic().duration / 1000 }))
      .toSorted((left, right) => right.seconds - left.seconds)
    const total = rows.reduce((sum, { seconds }) => sum + seconds, 0)
    process.stdout.write(`\n${rows.map(({ file, seconds }) => line(seconds, file)).join("")}${line(total, "together")}`)
  }
}
