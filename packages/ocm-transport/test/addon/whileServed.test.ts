import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as TestClock from "effect/testing/TestClock"
import { type AddOnApiChoice, whileServed } from "../../src/addon/whileServed.ts"
import type { ServedKind } from "../../src/KubeApi.ts"

const group = "addon.open-cluster-management.io"
const all = ["managedclusteraddons", "clustermanagementaddons", "addondeploymentconfigs"]
const templatesAlone = ["addontemplates"]

/** A hub that serves what `hub` says now, and the versions that were run, with what was said meanwhile. */
const onHub = Effect.fnUntraced(function* (
  hub: { v1alpha1?: ReadonlyArray<string>; v1beta1?: ReadonlyArray<string> },
  version: AddOnApiChoice = "auto"
) {
  const news = yield* Queue.unbounded<string>()
  yield* whileServed({
    api: {
      serves: (apiVersion) =>
        Effect.sync(() => {
          const plurals = (apiVersion === `${group}/v1alpha1` ? hub.v1alpha1 : hub.v1beta1) ?? []
          return plurals.map((plural): ServedKind => ({ plural, kind: plural, namespaced: true }))
        })
    },
    version,
    onReadiness: ({ message }) => Queue.offer(news, message),
    run: (addOnApi) =>
      Effect.acquireUseRelease(
        Queue.offer(news, `runs ${addOnApi.version}`),
        () => Effect.never,
        () => Queue.offer(news, `ends ${addOnApi.version}`)
      )
  }).pipe(Effect.provide(Logger.layer([])), Effect.forkScoped)
  return news
})

describe("the version of the add-on API", () => {
  it.effect.each([
    ["v1alpha1 where both are served", { v1alpha1: all, v1beta1: all }, "auto", "v1alpha1"],
    ["v1beta1 where v1alpha1 is gone", { v1beta1: all }, "auto", "v1beta1"],
    ["v1beta1 where v1alpha1 is left for templates", { v1alpha1: templatesAlone, v1beta1: all }, "auto", "v1beta1"],
    ["the one that was asked for", { v1alpha1: all, v1beta1: all }, "v1beta1", "v1beta1"]
  ] as const)("is %s", ([, hub, choice, expected]) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Queue.take(yield* onHub(hub, choice)), `runs ${expected}`)
    })
  )

  it.effect("that is missing is named, and used when it appears", () =>
    Effect.gen(function* () {
      const hub: { v1beta1: ReadonlyArray<string> } = { v1beta1: all.slice(1) }
      const news = yield* onHub(hub)
      const said = yield* Queue.take(news)
      assert.include(said, `${group}/v1alpha1 (lacks ${all.join(", ")})`)
      assert.include(said, `${group}/v1beta1 (lacks managedclusteraddons)`)
      yield* TestClock.adjust("10 seconds")
      hub.v1beta1 = all
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* Queue.take(news), "runs v1beta1")
    })
  )

  it.effect("changes with the hub, and stays while the hub serves none", () =>
    Effect.gen(function* () {
      const hub: { v1alpha1?: ReadonlyArray<string>; v1beta1?: ReadonlyArray<string> } = { v1alpha1: all }
      const news = yield* onHub(hub)
      assert.strictEqual(yield* Queue.take(news), "runs v1alpha1")
      delete hub.v1alpha1
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Queue.size(news), 0)
      hub.v1beta1 = all
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual(yield* Queue.take(news), "ends v1alpha1")
      assert.strictEqual(yield* Queue.take(news), "runs v1beta1")
    })
  )
})
