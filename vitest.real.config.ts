import { defineConfig } from "vitest/config"
import shared from "./vitest.shared.ts"

// What needs real control planes: `npm run test:real`, never part of `npm test`.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    name: "real",
    include: ["{packages,apps}/*/test/**/*.real.ts", "tools/test/**/*.real.ts"],
    fileParallelism: false,
    // one process for all files: they lend each other their control planes
    isolate: false,
    maxWorkers: 1,
    reporters: ["default", "./tools/times-reporter.ts"],
    testTimeout: 300_000,
    hookTimeout: 1_800_000,
    // Dozens of processes on a machine that others use too: CI tries once more, and the report says that it had to.
    retry: process.env["CI"] === undefined ? 0 : 1
  }
})
