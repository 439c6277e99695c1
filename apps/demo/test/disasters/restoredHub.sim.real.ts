import { describe } from "@effect/vitest"
import { quietly } from "../observing.ts"
import { inBackup, restoreInOrder } from "./restoreInOrder.ts"

describe("a hub that is restored from a backup, deployments first", () => {
  quietly("takes up all that is on the clusters, and touches nothing", restoreInOrder(inBackup), 300_000)
})
