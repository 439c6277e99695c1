import type { Reporter, TestModule } from "vitest/node"

/** Closes a run with the plain line that CI systems count: `N passed, N failed`. */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    let passed = 0
    let failed = 0
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      passed += tests.filter((test) => test.result().state === "passed").length
      failed += tests.filter((test) => test.result().state === "failed").length
      // a file that does not even load has no tests to count
      if (module.state() === "failed" && tests.length === 0) failed += 1
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  }
}
