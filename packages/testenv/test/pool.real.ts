import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { rmSync } from "node:fs"
import { borrowControlPlane, type ControlPlane, makeRawClient } from "../src/index.ts"
import { widgetDefinition } from "../src/contract/widgetDefinition.ts"

const view = "/apis/rbac.authorization.k8s.io/v1/clusterroles/view"

/** Leaves a kind, an object of it, a namespace, and a changed role of the API server's own; returns what was there. */
const leaveTraces = Effect.fnUntraced(function* (plane: ControlPlane) {
  const raw = yield* makeRawClient(plane.connection)
  const before = (yield* raw.request("GET", view)).body["rules"]
  const made = yield* raw.request("POST", "/api/v1/namespaces", {
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "trace", finalizers: ["example.com/never"] } }
  })
  assert.strictEqual(made.status, 201)
  const defined = yield* raw.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", {
    body: widgetDefinition
  })
  assert.strictEqual(defined.status, 201)
  const changed = yield* raw.request("PATCH", view, {
    body: { rules: [] },
    contentType: "application/merge-patch+json"
  })
  assert.strictEqual(changed.status, 200)
  return before
})

it.live("a control plane that was given back is lent again, with nothing of its last suite in it", () =>
  Effect.gen(function* () {
    const first = yield* Effect.scoped(
      Effect.gen(function* () {
        const plane = yield* borrowControlPlane("pool")
        return { server: plane.server, rules: yield* leaveTraces(plane) }
      })
    )
    const plane = yield* borrowControlPlane("pool")
    assert.strictEqual(plane.server, first.server)
    const raw = yield* makeRawClient(plane.connection)
    assert.strictEqual((yield* raw.request("GET", "/api/v1/namespaces/trace")).status, 404)
    assert.notInclude((yield* raw.request("GET", "/apis")).text, "example.com")
    assert.deepStrictEqual((yield* raw.request("GET", view)).body["rules"], first.rules)
    assert.notDeepEqual(first.rules, [])
    // and it still is a control plane like any other
    yield* leaveTraces(plane)
    const other = yield* borrowControlPlane("pool")
    assert.notStrictEqual(other.server, plane.server)
  }).pipe(Effect.scoped)
)

it.live("one whose suite failed is not lent again", () =>
  Effect.gen(function* () {
    let failed: ControlPlane | undefined
    yield* borrowControlPlane("pool").pipe(
      Effect.flatMap((plane) => {
        failed = plane
        return Effect.fail("as suites do")
      }),
      Effect.scoped,
      Effect.flip
    )
    if (failed !== undefined) rmSync(failed.folder, { recursive: true })
    assert.notStrictEqual((yield* Effect.scoped(borrowControlPlane("pool"))).server, failed?.server)
  })
)
