import { assert, it } from "@effect/vitest"
import { resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  type KubeApi,
  KubeError,
  type KubeObject,
  makeEventRecorder,
  NotFound,
  Unavailable,
  writeStatus
} from "../src/index.ts"

interface Write {
  readonly verb: string
  readonly body: unknown
  readonly options?: unknown
}

const unused = () => Effect.die("not used here")

/** An API that only writes, and remembers what; `refuse` may make a write fail. */
const writingApi = (refuse: (write: Write) => KubeError | undefined = () => undefined) => {
  const writes: Array<Write> = []
  const created: Array<KubeObject> = []
  const done = (write: Write, object: KubeObject) =>
    Effect.suspend(() => {
      writes.push(write)
      const error = refuse(write)
      return error === undefined ? Effect.succeed(object) : Effect.fail(error)
    })
  const api: KubeApi = {
    get: unused,
    list: unused,
    replace: unused,
    delete: unused,
    informer: unused,
    serves: unused,
    create: (_, body) => {
      created.push(body)
      return done({ verb: "create", body }, body)
    },
    apply: (_, body, options) => done({ verb: "apply", body, options }, body),
    patch: (_, ref, body) => done({ verb: `patch ${ref.namespace}/${ref.name}`, body }, mesh)
  }
  return { api, writes, created }
}
const mesh: KubeObject = {
  apiVersion: "mesh.open-cluster-management.io/v1alpha1",
  kind: "Mesh",
  metadata: { name: "shop", namespace: "east", uid: "u1", resourceVersion: "7", labels: { a: "b" } },
  spec: { cluster: "east" },
  status: { peers: ["b", "a"], conditions: [] }
}

it.effect("an equal status writes nothing, in whatever order its fields are", () =>
  Effect.gen(function* () {
    const { api, writes } = writingApi()
    const status = { conditions: [], gone: undefined, peers: ["b", "a"] }
    assert.strictEqual(yield* writeStatus(api, resources.meshes, mesh, status, "hub"), mesh)
    assert.deepStrictEqual(writes, [])
  })
)

it.effect("a new status is applied to that very object, and carries nothing else", () =>
  Effect.gen(function* () {
    const { api, writes } = writingApi()
    yield* writeStatus(api, resources.meshes, mesh, { peers: ["a", "b"] }, "hub")
    const { apiVersion, kind } = mesh
    assert.deepStrictEqual(writes, [
      {
        verb: "apply",
        body: {
          apiVersion,
          kind,
          metadata: { name: "shop", namespace: "east", uid: "u1" },
          status: { peers: ["a", "b"] }
        },
        options: { fieldManager: "hub", force: true, subresource: "status" }
      }
    ])
  })
)

const ready = { type: "Normal", reason: "Ready", message: "the mesh is ready" } as const
const settle = TestClock.adjust(0)

it.effect("an Event says what describe shows, in the namespace of its object", () =>
  Effect.gen(function* () {
    const { api, writes, created } = writingApi()
    const { record } = yield* makeEventRecorder(api, "mesh-hub")
    yield* record(mesh, ready)
    yield* settle
    assert.strictEqual(writes.length, 1)
    const [event] = created
    assert.match(event?.metadata.name ?? "", /^shop\.[0-9a-f]{16}$/u)
    assert.strictEqual(event?.metadata.namespace, "east")
    const involvedObject = {
      apiVersion: mesh.apiVersion,
      kind: "Mesh",
      name: "shop",
      namespace: "east",
      uid: "u1",
      resourceVersion: "7"
    }
    assert.deepInclude(event, {
      involvedObject,
      apiVersion: "v1",
      kind: "Event",
      ...ready,
      source: { component: "mesh-hub" },
      firstTimestamp: "1970-01-01T00:00:00Z",
      lastTimestamp: "1970-01-01T00:00:00Z",
      count: 1
    })
  })
)

it.effect("repeats count the first Event up, at most once a minute; other words are another Event", () =>
  Effect.gen(function* () {
    const { api, writes, created } = writingApi()
    const { record } = yield* makeEventRecorder(api, "mesh-hub")
    yield* record(mesh, ready)
    yield* record(mesh, ready)
    yield* record(mesh, { ...ready, type: "Warning", reason: "NotReady" })
    yield* TestClock.adjust("61 seconds")
    yield* record(mesh, ready)
    yield* settle
    const [first, second, third] = writes
    assert.deepStrictEqual([first?.verb, second?.verb, writes.length], ["create", "create", 3])
    assert.strictEqual(third?.verb, `patch east/${created[0]?.metadata.name}`)
    assert.deepStrictEqual(third?.body, { count: 3, lastTimestamp: "1970-01-01T00:01:01Z" })
  })
)

it.effect("an Event that the server has forgotten is written anew, with its count", () =>
  Effect.gen(function* () {
    const { api, writes, created } = writingApi(({ verb }) =>
      verb === "create" ? undefined : new KubeError({ call: verb, reason: new NotFound({}), detail: "" })
    )
    const { record } = yield* makeEventRecorder(api, "mesh-hub")
    yield* record(mesh, ready)
    yield* TestClock.adjust("2 hours")
    yield* record(mesh, ready)
    yield* settle
    const [first, again] = created
    assert.strictEqual(writes.length, 3)
    assert.deepStrictEqual([first?.["count"], again?.["count"]], [1, 2])
    assert.notStrictEqual(again?.metadata.name, first?.metadata.name)
  })
)

it.effect("an Event that cannot be written is no failure, and does not stop the next", () =>
  Effect.gen(function* () {
    let refusing = true
    const { api, writes } = writingApi(({ verb }) =>
      refusing ? new KubeError({ call: verb, reason: new Unavailable({}), detail: "" }) : undefined
    )
    const { record } = yield* makeEventRecorder(api, "mesh-hub")
    yield* record(mesh, ready)
    yield* settle
    refusing = false
    yield* record(mesh, ready)
    yield* settle
    assert.deepStrictEqual(
      writes.map(({ verb }) => verb),
      ["create", "create"]
    )
  })
)
