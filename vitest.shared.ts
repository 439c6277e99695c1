import { defineConfig } from 'vitest/config'
// resolve workspace packages from source: no build is needed before the tests
// the files of a worker share what they import: no test changes a module, and a third of the time went there
// generous: a busy machine is no failure, and no test asserts a time
export default defineConfig({
  resolve: { conditions: ['@multicluster-mesh/source'] },
  ssr: { resolve: { conditions: ['@multicluster-mesh/source'] } },
  test: { environment: 'node', include: ['src/**/*.test.ts', 'test/**/*.test.ts'], passWithNoTests: true, testTimeout: 60_000, isolate: false }
})
