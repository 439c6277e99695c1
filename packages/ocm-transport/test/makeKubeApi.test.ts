import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { connectionTo, type KubeError, makeKubeApi } from "../src/index.ts"
import { type Answer, configMap, page, type Received, scriptedServer, statusOf } from "./support/scriptedServer.ts"

const serving = Effect.fnUntraced(function* (answer: (received: Received, index: number) => Answer) {
  const server = yield* scriptedServer(answer)
  const api = yield* makeKubeApi(connectionTo(server.url, { token: "secret" }))
  return { api, server }
})
const shop = { namespace: "shop", name: "shop" }
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: shop }
const failureOf = <A>(call: Effect.Effect<A, KubeError>) => Effect.flip(call)

it.live("asks for each verb in the words of the API", () =>
  Effect.gen(function* () {
    const { api, server } = yield* serving(() => ({ json: configMap("shop", 7) }))
    const owned = { ...object, metadata: { ...shop, managedFields: [{ manager: "someone" }] } }
    yield* api.get(resources.configMaps, shop)
    yield* api.get(resources.configMaps, shop, { metadataOnly: true })
    yield* api.create(resources.configMaps, object, { dryRun: true, fieldManager: "hub" })
    yield* api.replace(resources.configMaps, object, { subresource: "status" })
    yield* api.apply(resources.configMaps, owned, { fieldManager: "hub", force: true })
    yield* api.patch(resources.configMaps, shop, { data: null })
    yield* api.patch(resources.configMaps, shop, [], { contentType: "json", subresource: "status" })
    yield* api.delete(resources.configMaps, shop, { uid: "u", propagationPolicy: "Orphan" })
    const said = server.received.map(
      ({ method, url, headers }) => `${method} ${url.pathname}${url.search} ${headers["content-type"] ?? ""}`
    )
    const one = "/api/v1/namespaces/shop/configmaps/shop"
    assert.deepStrictEqual(said, [
      `GET ${one} `,
      `GET ${one} `,
      "POST /api/v1/namespaces/shop/configmaps?dryRun=All&fieldManager=hub application/json",
      `PUT ${one}/status application/json`,
      `PATCH ${one}?fieldManager=hub&force=true application/apply-patch+yaml`,
      `PATCH ${one} application/merge-patch+json`,
      `PATCH ${one}/status application/json-patch+json`,
      `DELETE ${one} application/json`
    ])
    assert.include(server.received[1]?.headers.accept, "as=PartialObjectMetadata")
    assert.deepStrictEqual(server.received[4]?.body, object)
    assert.deepInclude(server.received[7]?.body, { preconditions: { uid: "u" }, propagationPolicy: "Orphan" })
    assert.isTrue(server.received.every(({ headers }) => headers.authorization === "Bearer secret"))
  })
)

it.live("objects bear their kind, and metadata alone is metadata alone", () =>
  Effect.gen(function* () {
    const { api } = yield* serving(() => ({ json: { ...configMap("shop", 7), kind: "PartialObjectMetadata" } }))
    const got = yield* api.get(resources.configMaps, shop)
    assert.deepInclude(got, { apiVersion: "v1", kind: "ConfigMap", data: {} })
    const metadata = yield* api.get(resources.configMaps, shop, { metadataOnly: true })
    assert.deepStrictEqual(Object.keys(metadata), ["apiVersion", "kind", "metadata"])
  })
)

const named = { name: "shop", kind: "configmaps" }
const notFound: Answer = { status: 404, text: "404 page not found" }
const causes = [{ reason: "FieldManagerConflict", message: 'conflict with "kubectl"', field: ".spec.version" }]
for (const [what, answer, tag] of [
  ["an object that is not there", statusOf(404, "NotFound", named), "NotFound"],
  ["a path that nobody serves", notFound, "NotServed"],
  ["a resource without this subresource", statusOf(404, "NotFound"), "NotServed"],
  ["a name that is taken", statusOf(409, "AlreadyExists", named), "AlreadyExists"],
  ["fields of another manager", statusOf(409, "Conflict", { ...named, causes }), "Conflict"],
  ["an object against its schema", statusOf(422, "Invalid", { ...named, causes }), "Invalid"],
  ["missing rights", statusOf(403, "Forbidden", named), "Forbidden"],
  ["unknown credentials", statusOf(401, "Unauthorized"), "Unauthorized"],
  ["an old version", statusOf(410, "Expired"), "Gone"],
  ["what is not implemented", { status: 501, text: "no such verb" }, "Refused"],
  ["a wrong request", statusOf(400, "BadRequest"), "Refused"],
  ["a fault of the server", { status: 500, text: "<html>" }, "Unavailable"],
  ["a cut answer", { headers: { "content-length": "100" }, raw: (response) => response.destroy() }, "Unavailable"],
  ["an answer that is not JSON", { text: "hello" }, "Unavailable"]
] satisfies ReadonlyArray<readonly [string, Answer, string]>) {
  it.live(`${what} is ${tag}`, () =>
    Effect.gen(function* () {
      const { api, server } = yield* serving(() => answer)
      const error = yield* failureOf(api.create(resources.configMaps, object))
      assert.strictEqual(error.reason._tag, tag)
      assert.include(error.message, "create configmaps/shop/shop")
      assert.strictEqual(server.received.length, 1)
      if ("causes" in error.reason && tag === "Conflict") assert.deepStrictEqual(error.reason.causes, causes)
    })
  )
}

it.live("no connection is Unavailable, also for a repeated call", () =>
  Effect.gen(function* () {
    const { api, server } = yield* serving(() => ({}))
    server.close()
    const error = yield* failureOf(api.create(resources.configMaps, object))
    assert.strictEqual(error.reason._tag, "Unavailable")
  })
)

it.live("what was turned away (429) is sent again after the time that the server names", () =>
  Effect.gen(function* () {
    const times: Array<number> = []
    const { api, server } = yield* serving((_, index) => {
      times.push(performance.now())
      return index === 0
        ? { ...statusOf(429, "TooManyRequests"), headers: { "retry-after": "1" } }
        : { json: configMap("shop", 1) }
    })
    yield* api.create(resources.configMaps, object)
    assert.strictEqual(server.received.length, 2)
    assert.isAtLeast((times[1] ?? 0) - (times[0] ?? 0), 1000)
  })
)

it.live("a read is repeated after a fault, a create never", () =>
  Effect.gen(function* () {
    const { api, server } = yield* serving((_, index) =>
      index === 0 || index === 2 ? { status: 503, text: "busy" } : { json: configMap("shop", 1) }
    )
    yield* api.get(resources.configMaps, shop)
    assert.strictEqual(server.received.length, 2)
    yield* failureOf(api.create(resources.configMaps, object))
    assert.strictEqual(server.received.length, 3)
  })
)

it.live("a new token is used as soon as the old one is refused", () =>
  Effect.gen(function* () {
    let token = "old"
    const server = yield* scriptedServer(({ headers }) =>
      headers.authorization === "Bearer new" ? { json: configMap("shop", 1) } : statusOf(401, "Unauthorized")
    )
    const api = yield* makeKubeApi({ server: server.url, credentials: Effect.sync(() => ({ token })) })
    yield* failureOf(api.get(resources.configMaps, shop))
    assert.strictEqual(server.received.length, 1)
    token = "new"
    yield* api.get(resources.configMaps, shop)
    assert.strictEqual(server.received.length, 3)
  })
)

it.live("a list reads all pages, and begins anew when they expire", () =>
  Effect.gen(function* () {
    const { api, server } = yield* serving(({ url }, index) => {
      if (url.searchParams.get("continue") === null)
        return page(index === 0 ? 5 : 9, [configMap(`a${index}`, 3)], "next")
      return index === 1 ? statusOf(410, "Expired") : page(9, [configMap("b", 4)])
    })
    const { items, resourceVersion } = yield* api.list(resources.configMaps, { labelSelector: "a=b" })
    assert.deepStrictEqual(
      items.map(({ metadata }) => metadata.name),
      ["a2", "b"]
    )
    assert.strictEqual(resourceVersion, "9")
    const { searchParams } = server.received[3]?.url ?? new URL("http://none")
    assert.deepStrictEqual(
      [...searchParams],
      [
        ["labelSelector", "a=b"],
        ["limit", "500"],
        ["continue", "next"]
      ]
    )
  })
)

it.live("serves names kinds without their subresources, and nothing when the group is unknown", () =>
  Effect.gen(function* () {
    const { api } = yield* serving(({ url }) =>
      url.pathname === "/apis/apps/v1"
        ? {
            json: {
              resources: [
                { name: "deployments", kind: "Deployment", namespaced: true, verbs: ["get"] },
                { name: "deployments/status", kind: "Deployment", namespaced: true }
              ]
            }
          }
        : notFound
    )
    assert.deepStrictEqual(yield* api.serves("apps/v1"), [
      { kind: "Deployment", plural: "deployments", namespaced: true }
    ])
    assert.deepStrictEqual(yield* api.serves("maistra.io/v2"), [])
  })
)
