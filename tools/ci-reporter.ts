import type { Reporter, TestModule } from "vitest/node"

/** Names the tests that only passed at another try, and closes a run with the plain line that CI systems count: `N passed, N failed`. */
export default class CiReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    let passed = 0
    let failed = 0
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) {
        if (test.diagnostic()?.flaky)
          process.stdout.write(`\npassed at another try: ${module.relativeModuleId} > ${test.fullName}\n`)
      }
      passed += tests.filter((test) => test.result().state === "passed").length
      failed += tests.filter((test) => test.result().state === "failed").length
      // a file that does not even load has no tests to count
      if (module.state() === "failed" && tests.length === 0) failed += 1
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  }
}
