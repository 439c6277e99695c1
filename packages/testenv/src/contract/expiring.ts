import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import assert from "node:assert/strict"
import { TestenvError } from "../TestenvError.ts"
import { at, type ContractCase, widget, widgets } from "./Case.ts"

/** A continue token of the first revision. */
const oldToken = Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: 1, start: "\u0000" })).toString("base64url")

/** What a server has forgotten, what it cannot know yet, and what cannot be asked. */
export const expiring: ReadonlyArray<ContractCase> = [
  {
    name: "a watch from a forgotten resourceVersion is told 410 and ends",
    run: Effect.fnUntraced(function* ({ forget, raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      yield* forget
      const events = yield* raw.watch(`${widgets(namespace)}?watch=true&resourceVersion=1`)
      const told = yield* events
      assert.equal(told.type, "ERROR")
      assert.equal(at(told.object, "code"), 410)
      assert.equal(at(told.object, "reason"), "Expired")
      assert.match(String(at(told.object, "message")), /^too old resource version: 1 \(\d+\)$/u)
      assert.equal((yield* events).type, "END")
    })
  },
  {
    name: "a continue token that has expired is 410, with one to go on with",
    run: Effect.fnUntraced(function* ({ forget, raw, namespace }) {
      for (const name of ["a", "b"]) yield* raw.request("POST", widgets(namespace), { body: widget(name) })
      yield* forget
      const page = (token: unknown) =>
        raw.request("GET", `${widgets(namespace)}?limit=1&continue=${encodeURIComponent(String(token))}`)
      // a real server may show for a while what it has in its own memory
      const expired = yield* Effect.filterOrFail(
        page(oldToken),
        (answer) => answer.status === 410,
        (answer) => new TestenvError({ part: "page", problem: answer.text })
      ).pipe(Effect.retry(Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(75)])))
      assert.equal(expired.body["reason"], "Expired")
      assert.match(String(expired.body["message"]), /^The provided continue parameter is too old/u)
      const next = yield* page(at(expired.body, "metadata.continue"))
      assert.equal(next.status, 200, next.text)
      assert.equal(at(next.body, "items.0.metadata.name"), "a")
    })
  },
  {
    name: "a list of the future is a timeout that says when to try again",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const answer = yield* raw.request("GET", `${widgets(namespace)}?resourceVersion=999999999`)
      assert.equal(answer.status, 504)
      assert.equal(answer.body["reason"], "Timeout")
      assert.equal(at(answer.body, "details.causes.0.reason"), "ResourceVersionTooLarge")
      assert.equal(at(answer.body, "details.retryAfterSeconds"), 1)
    })
  },
  {
    name: "a list at an exact resourceVersion shows the past",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      yield* raw.request("POST", widgets(namespace), { body: widget("a") })
      const before = yield* raw.request("GET", widgets(namespace))
      yield* raw.request("POST", widgets(namespace), { body: widget("b") })
      yield* raw.request("DELETE", widgets(namespace, "a"))
      const version = String(at(before.body, "metadata.resourceVersion"))
      const exact = `${widgets(namespace)}?resourceVersion=${version}&resourceVersionMatch=Exact`
      assert.deepEqual(at((yield* raw.request("GET", exact)).body, "items"), at(before.body, "items"))
    })
  },
  {
    name: "options that contradict each other are refused by field",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const refusals = [
        ["resourceVersionMatch=Exact", "resourceVersionMatch"],
        ["resourceVersionMatch=Bogus&resourceVersion=1", "resourceVersionMatch"],
        ["sendInitialEvents=true", "sendInitialEvents"],
        ["watch=true&sendInitialEvents=true", "resourceVersionMatch"],
        ["watch=true&resourceVersionMatch=NotOlderThan", "resourceVersionMatch"]
      ] as const
      for (const [query, field] of refusals) {
        const answer = yield* raw.request("GET", `${widgets(namespace)}?${query}`)
        assert.equal(answer.status, 422, query)
        assert.equal(at(answer.body, "details.causes.0.field"), field)
      }
      for (const query of ["limit=x", "continue=abc", "resourceVersion=abc"]) {
        assert.equal((yield* raw.request("GET", `${widgets(namespace)}?${query}`)).status, 400, query)
      }
    })
  },
  {
    name: "options of a write that say nothing known are refused by field",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const refusals = [
        [`fieldManager=${"a".repeat(129)}`, "fieldManager"],
        ["dryRun=Some", "dryRun"],
        ["fieldValidation=Maybe", "fieldValidation"]
      ] as const
      for (const [query, field] of refusals) {
        const answer = yield* raw.request("POST", `${widgets(namespace)}?${query}`, { body: widget("a") })
        assert.equal(answer.status, 422, query)
        assert.equal(at(answer.body, "details.causes.0.field"), field)
        assert.equal(at(answer.body, "details.kind"), "CreateOptions")
      }
    })
  }
]
