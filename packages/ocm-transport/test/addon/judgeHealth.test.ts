import { assert, describe, it } from "@effect/vitest"
import type { ManifestWork } from "@multicluster-mesh/mesh-model"
import { judgeHealth } from "../../src/addon/judgeHealth.ts"
import { withVerdicts } from "../../src/addon/conditions.ts"
import { workWith } from "./builders.ts"

type Values = Readonly<Record<string, number>>

const work = (values: Values | undefined, conditions: Readonly<Record<string, string>> = {}): ManifestWork =>
  workWith({
    status: {
      conditions: Object.entries({ Applied: "True", Available: "True", ...conditions }).map(([type, status]) => ({
        type,
        status,
        observedGeneration: 2
      })),
      resourceStatus: {
        manifests: [
          {
            resourceMeta: { group: "apps", resource: "deployments", namespace: "mesh", name: "agent" },
            ...(values && {
              statusFeedback: {
                values: Object.entries(values).map(([name, integer]) => ({
                  name,
                  fieldValue: { type: "Integer", integer }
                }))
              }
            })
          }
        ]
      }
    }
  })

const reasonOf = (...works: ReadonlyArray<ManifestWork>) => {
  const verdict = judgeHealth("Workloads", works)
  return `${verdict?.status} ${verdict?.reason}`
}

describe("judgeHealth", () => {
  it("leaves it to the lease", () => {
    assert.isUndefined(judgeHealth("Lease", [work({})]))
    assert.isUndefined(judgeHealth("None", []))
  })

  it("is never true before the workloads are known to be ready", () => {
    assert.strictEqual(reasonOf(), "Unknown WorkNotFound")
    assert.strictEqual(reasonOf(workWith()), "False WorkNotApplied")
    assert.strictEqual(reasonOf(work({ ReadyReplicas: 1 }, { Available: "False" })), "False WorkNotApplied")
    assert.strictEqual(reasonOf(work(undefined)), "Unknown NoProbeResult")
    assert.strictEqual(reasonOf(work({ Replicas: 1 })), "False ProbeUnavailable")
    assert.strictEqual(reasonOf(work({ Replicas: 1, ReadyReplicas: 1 })), "True ProbeAvailable")
    assert.strictEqual(reasonOf(work({ Replicas: 0 })), "True ProbeAvailable")
  })

  it("does not believe what was said of an older generation", () => {
    const old = work({ ReadyReplicas: 1 })
    assert.strictEqual(reasonOf({ ...old, metadata: { ...old.metadata, generation: 3 } }), "False WorkNotApplied")
  })
})

describe("withVerdicts", () => {
  const theirs = { type: "Configured", status: "True", reason: "A", message: "", lastTransitionTime: "then" }
  const ours = { type: "ManifestApplied", status: "True", reason: "A", message: "" } as const

  it("keeps the conditions of others, and the time of a status that stays", () => {
    const first = withVerdicts([theirs], [ours], 1, "then")
    const second = withVerdicts(first, [{ ...ours, reason: "B" }], 1, "now")
    assert.deepStrictEqual(second, [
      theirs,
      { ...ours, reason: "B", lastTransitionTime: "then", observedGeneration: 1 }
    ])
    const third = withVerdicts(second, [{ ...ours, status: "False" }], 1, "now")
    assert.strictEqual(third[1]?.lastTransitionTime, "now")
  })
})
