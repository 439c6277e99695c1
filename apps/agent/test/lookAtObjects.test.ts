import { assert, describe, it } from "@effect/vitest"
import type { Look } from "@multicluster-mesh/discovery"
import {
  type KubeApi,
  KubeError,
  type KubeErrorReason,
  type KubeObject,
  NotFound,
  NotServed,
  Unavailable
} from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { makeObjectLooks } from "../src/lookAtObjects.ts"
import { makeServedKinds } from "../src/ServedKinds.ts"

const identity = { apiVersion: "v1", kind: "ConfigMap", namespace: "mesh", name: "roots" }
const object: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "roots", namespace: "mesh" } }
const withUid = (uid: string): KubeObject => ({ ...object, metadata: { ...object.metadata, uid } })
const nothingMarked = { objects: [], isBehind: () => false }

const die = () => Effect.die("not a read")

/** An API server whose reads give one of `answers` after the other, and the last one for ever. */
const apiWith = (answers: ReadonlyArray<KubeObject | KubeErrorReason>, kinds: ReadonlyArray<string>) => {
  let reads = 0
  const api: KubeApi = {
    get: () =>
      Effect.suspend(() => {
        const answer = answers[Math.min(reads, answers.length - 1)]
        reads += 1
        if (answer === undefined) return Effect.die("no answer")
        return "metadata" in answer
          ? Effect.succeed(answer)
          : Effect.fail(new KubeError({ call: "get", reason: answer, detail: "scripted" }))
      }),
    serves: () => Effect.succeed(kinds.map((kind) => ({ kind, plural: `${kind.toLowerCase()}s`, namespaced: true }))),
    list: die,
    create: die,
    replace: die,
    apply: die,
    patch: die,
    delete: die,
    informer: die
  }
  return { looks: makeObjectLooks(api, makeServedKinds(api)), reads: () => reads }
}

const absent = new NotFound()
const tags = (looks: ReadonlyArray<{ readonly look: Look }>) => looks.map(({ look }) => look._tag)

describe("makeObjectLooks", () => {
  it.effect("believes an absence only when it is read twice", () =>
    Effect.gen(function* () {
      const { looks, reads } = apiWith([absent], ["ConfigMap"])
      assert.deepStrictEqual(tags(yield* looks.look([identity], nothingMarked)), ["Absent"])
      assert.strictEqual(reads(), 2)
    })
  )

  it.effect("takes the object for present when only the first read missed it", () =>
    Effect.gen(function* () {
      const { looks } = apiWith([absent, object], ["ConfigMap"])
      assert.deepStrictEqual(tags(yield* looks.look([identity], nothingMarked)), ["Present"])
    })
  )

  it.effect("knows nothing when the second read fails", () =>
    Effect.gen(function* () {
      const { looks } = apiWith([absent, new Unavailable({})], ["ConfigMap"])
      assert.deepStrictEqual(tags(yield* looks.look([identity], nothingMarked)), ["Unknown"])
    })
  )

  it.effect("reports a kind as not served when both the path and the list of kinds say so", () =>
    Effect.gen(function* () {
      const gone = apiWith([new NotServed()], [])
      assert.deepStrictEqual(tags(yield* gone.looks.look([identity], nothingMarked)), ["NotServed"])
      const replaced = apiWith([new NotServed()], ["ConfigMap"])
      assert.deepStrictEqual(tags(yield* replaced.looks.look([identity], nothingMarked)), ["Unknown"])
    })
  )

  it.effect("does not read again what it knows, until it is told to forget", () =>
    Effect.gen(function* () {
      const { looks, reads } = apiWith([absent], ["ConfigMap"])
      yield* looks.look([identity], nothingMarked)
      yield* looks.look([identity], nothingMarked)
      assert.strictEqual(reads(), 2)
      yield* looks.forget
      yield* looks.look([identity], nothingMarked)
      assert.strictEqual(reads(), 4)
    })
  )

  it.effect("confirms only by a look that was taken after the hub asked for it", () =>
    Effect.gen(function* () {
      const { looks, reads } = apiWith([absent], ["ConfigMap"])
      const [before] = yield* looks.look([identity], nothingMarked)
      assert.isUndefined(before?.fresh)
      const [after] = yield* looks.look([{ ...identity, confirm: true }], nothingMarked)
      assert.isTrue(after?.fresh)
      assert.strictEqual(reads(), 4)
      yield* looks.look([identity], nothingMarked)
      yield* looks.look([{ ...identity, confirm: true }], nothingMarked)
      assert.strictEqual(reads(), 6, "an earlier confirmation does not answer a new wish")
    })
  )

  it.effect("reads a marked object from its watch, unless that is behind", () =>
    Effect.gen(function* () {
      const { looks, reads } = apiWith([absent], ["ConfigMap"])
      const marked = { objects: [object], isBehind: () => false }
      assert.deepStrictEqual(tags(yield* looks.look([identity], marked)), ["Present"])
      assert.strictEqual(reads(), 0)
      yield* looks.look([identity], nothingMarked)
      yield* looks.look([identity], { objects: [], isBehind: () => true })
      assert.strictEqual(reads(), 4, "what a watch does not cover now is not remembered")
    })
  )

  it.effect("confirms a marked object by one look of its own: its watch may not have told yet that it is gone", () =>
    Effect.gen(function* () {
      const wish = { ...identity, confirm: true }
      const marked = { objects: [withUid("1")], isBehind: () => false }
      const gone = apiWith([absent], ["ConfigMap"])
      assert.deepStrictEqual(tags(yield* gone.looks.look([wish], marked)), ["Absent"])
      const { looks, reads } = apiWith([withUid("1")], ["ConfigMap"])
      for (const _ of [1, 2]) {
        const [look] = yield* looks.look([wish], marked)
        assert.strictEqual(look?.look._tag, "Present")
        assert.isTrue(look?.fresh)
      }
      assert.strictEqual(reads(), 1)
      const [another] = yield* looks.look([wish], { ...marked, objects: [withUid("2")] })
      assert.strictEqual(reads(), 2, "a successor is another object")
      assert.isTrue(another?.fresh)
    })
  )

  it.effect("reports marked objects that nobody asked for", () =>
    Effect.gen(function* () {
      const { looks } = apiWith([absent], ["ConfigMap"])
      const found = yield* looks.look([], { objects: [object], isBehind: () => false })
      assert.deepStrictEqual(found, [{ ...identity, look: { _tag: "Present", metadata: object.metadata } }])
    })
  )
})
