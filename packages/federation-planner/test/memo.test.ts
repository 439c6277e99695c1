import { assert, describe, it } from "@effect/vitest"
import { clusterOf, hubWith } from "@multicluster-mesh/federation-planner/testing"
import type { HubState } from "../src/HubState.ts"
import { makeView, viewOf } from "../src/HubView.ts"
import { isSameList } from "../src/isSame.ts"
import { makeMemo } from "../src/Memo.ts"

const state = hubWith({ clusters: [clusterOf("east"), clusterOf("west")] })

/** The same state, in which a cluster does not answer any more. */
const without = (hub: HubState, away: string): HubState => ({
  ...hub,
  clusters: hub.clusters.map((cluster) => (cluster.name === away ? { ...cluster, available: false } : cluster))
})

/** A memory of what `make` says, and how often it had to be asked. */
const counting = <A>(make: (hub: HubState, key: string) => A, same?: (one: A, other: A) => boolean) => {
  const memo = makeMemo<A>(same)
  let times = 0
  const ask = (hub: HubState, key: string, inputs: ReadonlyArray<unknown> = []): A =>
    memo(hub, key, inputs, () => {
      times += 1
      return make(hub, key)
    })
  return { ask, times: () => times }
}

const isAvailable = (hub: HubState, cluster: string) => viewOf(hub).cluster(cluster)?.available

describe("what is remembered", () => {
  it("is worked out anew once something that it has read is different, and not before", () => {
    const view = makeView(state)
    const east = counting(isAvailable)
    assert.isTrue(east.ask(view, "east"))
    view.moveTo(without(state, "west"))
    assert.isTrue(east.ask(view, "east"))
    assert.strictEqual(east.times(), 1)
    view.moveTo(without(state, "east"))
    assert.isFalse(east.ask(view, "east"))
    assert.strictEqual(east.times(), 2)
  })

  it("is worked out anew when something comes that was looked for in vain", () => {
    const view = makeView(state)
    const north = counting(isAvailable)
    assert.isUndefined(north.ask(view, "north"))
    view.moveTo({ ...state, clusters: [...state.clusters, clusterOf("north")] })
    assert.isTrue(north.ask(view, "north"))
  })

  it("is worked out anew for other inputs, and whoever has read it as well", () => {
    const view = makeView(state)
    let word = "one"
    const inner = counting(() => word)
    const outer = counting((hub) => inner.ask(hub, "", [word]))
    assert.strictEqual(outer.ask(view, ""), "one")
    word = "other"
    assert.strictEqual(inner.ask(view, "", [word]), "other")
    assert.strictEqual(outer.ask(view, ""), "other")
  })

  it("depends on what it has read through another one, unless that comes to the same", () => {
    const view = makeView(state)
    const names = counting((hub) => hub.clusters.map(({ name }) => name), isSameList)
    const away = counting((hub) => hub.clusters.filter(({ available }) => !available).map(({ name }) => name))
    const sentence = counting((hub) => `${names.ask(hub, "").join()} without ${away.ask(hub, "").join()}`)
    const count = counting((hub) => names.ask(hub, "").length)
    assert.deepStrictEqual([sentence.ask(view, ""), count.ask(view, "")], ["east,west without ", 2])
    view.moveTo(without(state, "west"))
    assert.deepStrictEqual([sentence.ask(view, ""), count.ask(view, "")], ["east,west without west", 2])
    assert.deepStrictEqual([names.times(), count.times()], [2, 1])
  })

  it("owns what it reads after something that it has asked for broke", () => {
    const view = makeView(state)
    const broken = counting((): boolean => {
      throw new Error("a bug")
    })
    const west = counting((hub, key) => {
      assert.throws(() => broken.ask(hub, key))
      return isAvailable(hub, "west")
    })
    assert.isTrue(west.ask(view, "any"))
    view.moveTo(without(state, "west"))
    assert.isFalse(west.ask(view, "any"))
  })

  it("forgets what it does not read any more", () => {
    const view = makeView(state)
    let cluster = "east"
    const one = counting((hub) => isAvailable(hub, cluster))
    one.ask(view, "")
    cluster = "west"
    const westGone = without(state, "east")
    view.moveTo(westGone)
    one.ask(view, "")
    view.moveTo({ ...westGone, clusters: westGone.clusters.filter(({ name }) => name === "west") })
    assert.isTrue(one.ask(view, ""))
    assert.strictEqual(one.times(), 2)
    view.moveTo({ ...westGone, clusters: [] })
    assert.isUndefined(one.ask(view, ""))
  })

  it("minds the time only when a time that it asked for has passed", () => {
    const view = makeView({ ...state, now: "2026-11-25T12:00:00Z" })
    const due = counting((hub) => viewOf(hub).hasPassed("2026-11-25T13:00:00Z"))
    assert.isFalse(due.ask(view, ""))
    view.moveTo({ ...state, now: "2026-11-25T12:59:59Z" })
    assert.isFalse(due.ask(view, ""))
    assert.strictEqual(due.times(), 1)
    view.moveTo({ ...state, now: "2026-11-25T13:00:00Z" })
    assert.isTrue(due.ask(view, ""))
  })
})
