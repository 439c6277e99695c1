import { assert, describe, it } from "@effect/vitest"
import { isDue } from "../src/removalTime.ts"

const since = "2026-01-01T12:00:00Z"
const removal = (gracePeriod: string) => ({ since, policy: "Delete" as const, gracePeriod })

describe("a removal", () => {
  it("starts when its grace period is over", () => {
    assert.isFalse(isDue(removal("1h"), "2026-01-01T12:59:59Z"))
    assert.isTrue(isDue(removal("1h"), "2026-01-01T13:00:00Z"))
  })

  it("without a grace period starts at once, even by a clock that is behind", () => {
    assert.isTrue(isDue(removal("0s"), "2026-01-01T09:00:00Z"))
  })

  it("never starts when its times cannot be read", () => {
    assert.isFalse(isDue(removal("soon"), "2027-01-01T00:00:00Z"))
    assert.isFalse(isDue({ ...removal("0s"), since: "yesterday" }, "2027-01-01T00:00:00Z"))
  })
})
