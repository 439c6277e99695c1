import { assert, describe, it } from "@effect/vitest"
import { decodeManifestWork, type ManifestWork } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { deployWorks } from "../../src/addon/deployWorks.ts"
import { configSpecHashAnnotation } from "../../src/addon/keys.ts"
import type { KubeObject } from "../../src/KubeApi.ts"
import { addOnOn, objectOf } from "./builders.ts"

const agent = objectOf("apps/v1", "Deployment", "agent", {}, "mesh")
const account = objectOf("v1", "ServiceAccount", "account", {}, "mesh")
const old = '{"a":"1"}'
const news = '{"a":"2"}'

const worksFor = (
  hash: string,
  before: ReadonlyArray<ManifestWork> = [],
  manifests: ReadonlyArray<KubeObject> = [account, agent]
) =>
  Result.getOrThrow(
    deployWorks({
      addOn: addOnOn("east"),
      installNamespace: "mesh",
      manifests,
      hashes: { a: hash },
      rolledOut: "Running",
      feedback: () => undefined,
      works: before
    })
  ).map((object) => Effect.runSync(decodeManifestWork(object)))

const configsOf = ([work]: ReadonlyArray<ManifestWork>) => work?.metadata.annotations?.[configSpecHashAnnotation]

/** What the work agent reads of a Deployment of three that runs as it is wanted. */
const running = { Generation: 4, ObservedGeneration: 4, Wanted: 3, Pods: 3, Updated: 3, Running: 3 }

const reading = (works: ReadonlyArray<ManifestWork>, configs: string, values: Readonly<Record<string, number>>) =>
  works.map((work): ManifestWork => ({
    ...work,
    status: {
      resourceStatus: {
        manifests: [
          {
            resourceMeta: { group: "apps", resource: "deployments", namespace: "mesh", name: "agent" },
            statusFeedback: {
              values: [
                { name: "Configs", fieldValue: { type: "String", string: configs } },
                ...Object.entries(values).map(([name, integer]) => ({ name, fieldValue: { type: "Integer", integer } }))
              ]
            }
          }
        ]
      }
    }
  }))

describe("a rollout that waits until workloads run", () => {
  it("marks workloads with their configurations, and has the work agent read that and how they run", () => {
    const [work] = worksFor("2")
    assert.deepStrictEqual(
      work?.spec.workload.manifests?.map(({ metadata }) => metadata),
      [
        { name: "account", namespace: "mesh" },
        { name: "agent", namespace: "mesh", annotations: { [configSpecHashAnnotation]: news } }
      ]
    )
    const [config, ...others] = work?.spec.manifestConfigs ?? []
    assert.isEmpty(others)
    assert.include(
      JSON.stringify(config?.feedbackRules),
      String.raw`.metadata.annotations.open-cluster-management\\.io/config-spec-hash`
    )
  })

  it("is done once they run with these configurations, and stays done", () => {
    const first = worksFor("1")
    assert.isUndefined(configsOf(first))
    const done = worksFor("1", reading(first, old, running))
    assert.strictEqual(configsOf(done), old)
    assert.deepStrictEqual(worksFor("1", reading(done, old, { ...running, Running: 0 })), done)
  })

  it("is not done by what is said of other configurations, another generation, or while a pod is missing or too much", () => {
    const before = worksFor("1", reading(worksFor("1"), old, running))
    const next = worksFor("2", reading(before, old, running))
    assert.strictEqual(configsOf(next), old)
    for (const values of [
      { ...running, ObservedGeneration: 3 },
      { ...running, Updated: 2 },
      { ...running, Pods: 4 },
      { ...running, Running: 2 },
      {}
    ])
      assert.strictEqual(configsOf(worksFor("2", reading(next, news, values))), old, JSON.stringify(values))
    assert.strictEqual(configsOf(worksFor("2", reading(next, old, running))), old)
    assert.strictEqual(configsOf(worksFor("2", next)), old)
    assert.strictEqual(configsOf(worksFor("2", reading(next, news, running))), news)
  })

  it("waits for nothing where nothing runs", () => {
    assert.strictEqual(configsOf(worksFor("1", [], [account])), old)
    const none = { ...running, Wanted: 0, Pods: 0, Updated: 0, Running: 0 }
    assert.strictEqual(configsOf(worksFor("1", reading(worksFor("1"), old, none))), old)
  })
})
