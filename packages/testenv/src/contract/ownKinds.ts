import * as Effect from "effect/Effect"
import assert from "node:assert/strict"
import type { Json } from "../RawClient.ts"
import { at, type ContractCase, type Ground } from "./Case.ts"

const own = (namespace: string, plural: string, name = ""): string =>
  `/apis/mesh.open-cluster-management.io/v1alpha1/namespaces/${namespace}/${plural}${name === "" ? "" : `/${name}`}`

const object = (kind: string, spec: Json): Json => ({
  apiVersion: "mesh.open-cluster-management.io/v1alpha1",
  kind,
  metadata: { name: "a" },
  spec
})

const meshProvider = "Openshift Service Mesh"
const mesh: Json = { cluster: "east", controlPlane: { namespace: "mesh-system" }, meshProvider }
const deployment: Json = { clusters: ["east"], controlPlane: { namespace: "mesh-system" }, meshProvider }
const side = (cluster: string): Json => ({
  cluster,
  mesh: "mesh",
  namespace: "mesh-system",
  controlPlane: "mesh",
  trustDomain: `${cluster}.local`,
  peerName: `peer-of-${cluster}`,
  ingressGateway: `ingress-${cluster}`,
  egressGateway: `egress-${cluster}`
})
const peering: Json = { meshProvider, trustType: "Limited", left: side("east"), right: side("west") }
const unsealed: Json = { since: "2026-01-02T03:04:05Z", policy: "Delete", gracePeriod: "1h" }
const removal: Json = { ...unsealed, seal: "a" }
const federation = (service: Json): Json => ({
  meshPeers: [
    {
      peers: [
        { name: "mesh", cluster: "east" },
        { name: "mesh", cluster: "west" }
      ]
    }
  ],
  services: [{ name: "shop", from: { name: "mesh", cluster: "east" }, namespace: "shop", ...service }]
})

interface Change {
  readonly kind: string
  readonly plural: string
  readonly spec: Json
  /** A merge patch of the spec. */
  readonly change: Json
}

const changed = ({ raw, namespace }: Ground, { change, kind, plural, spec }: Change) =>
  Effect.gen(function* () {
    const made = yield* raw.request("POST", own(namespace, plural), { body: object(kind, spec) })
    assert.equal(made.status, 201, made.text)
    return yield* raw.request("PATCH", own(namespace, plural, "a"), {
      body: { spec: change },
      contentType: "application/merge-patch+json"
    })
  })

const refuses = (what: string, message: string, change: Change): ContractCase => ({
  name: `${change.kind}: ${what} is refused`,
  run: Effect.fnUntraced(function* (ground: Ground) {
    const answer = yield* changed(ground, change)
    assert.equal(answer.status, 422, answer.text)
    assert.ok(String(answer.body["message"]).includes(message), answer.text)
  })
})

const accepts = (what: string, change: Change): ContractCase => ({
  name: `${change.kind}: ${what} is accepted`,
  run: Effect.fnUntraced(function* (ground: Ground) {
    const answer = yield* changed(ground, change)
    assert.equal(answer.status, 200, answer.text)
  })
})

const refusesNew = (kind: string, plural: string, what: string, spec: Json, message: string): ContractCase => ({
  name: `${kind}: ${what} is refused at once`,
  run: Effect.fnUntraced(function* ({ raw, namespace }: Ground) {
    const answer = yield* raw.request("POST", own(namespace, plural), { body: object(kind, spec) })
    assert.equal(answer.status, 422, answer.text)
    assert.ok(String(answer.body["message"]).includes(message), answer.text)
  })
})

const ofMesh = (change: Json, spec = mesh): Change => ({ kind: "Mesh", plural: "meshes", spec, change })
const ofDeployment = (change: Json): Change => ({
  kind: "MeshDeployment",
  plural: "meshdeployments",
  spec: deployment,
  change
})
const ofPeering = (change: Json, spec = peering): Change => ({
  kind: "MeshPeering",
  plural: "meshpeerings",
  spec,
  change
})
const ofFederation = (service: Json): Change => ({
  kind: "MeshFederation",
  plural: "meshfederations",
  spec: federation({ names: ["web"] }),
  change: federation(service)
})

/** The rules of our own CustomResourceDefinitions, each with what it accepts and what it refuses. */
export const ownKinds: ReadonlyArray<ContractCase> = [
  refuses("another cluster", "cluster is immutable", ofMesh({ cluster: "west" })),
  accepts("the other spelling of the same cluster", ofMesh({ cluster: null, clusters: "east" })),
  refuses("another provider", "Unsupported value", ofMesh({ meshProvider: "Other" })),
  refuses("another namespace", "namespace is immutable", ofMesh({ controlPlane: { namespace: "elsewhere" } })),
  refuses("a name that comes later", "name is immutable", ofMesh({ controlPlane: { name: "late" } })),
  accepts("another version and other members", ofMesh({ controlPlane: { version: "v2.6" }, meshMemberRoll: ["shop"] })),
  refuses("a removal taken back", "removal", ofMesh({ removal: null }, { ...mesh, removal })),
  accepts("a removal", ofMesh({ removal })),
  accepts("a removal without seal taken back", ofMesh({ removal: null }, { ...mesh, removal: unsealed })),
  {
    name: "Mesh: a table shows the cluster that it names, in either spelling",
    run: Effect.fnUntraced(function* ({ raw, namespace }: Ground) {
      const { cluster, ...nowhere } = mesh
      for (const [name, spec] of [
        ["a", mesh],
        ["b", { ...nowhere, clusters: "east" }],
        ["c", { ...mesh, clusters: "east" }]
      ] as const) {
        const body = { ...object("Mesh", spec), metadata: { name } }
        const made = yield* raw.request("POST", own(namespace, "meshes"), { body })
        assert.equal(made.status, 201, made.text)
      }
      const { body } = yield* raw.request("GET", own(namespace, "meshes"), {
        accept: "application/json;as=Table;v=v1;g=meta.k8s.io"
      })
      assert.equal(at(body, "columnDefinitions.1.name"), "Cluster")
      assert.deepEqual(
        [0, 1, 2].map((row) => at(body, `rows.${row}.cells.1`)),
        [cluster, cluster, cluster]
      )
    })
  },
  refusesNew(
    "Mesh",
    "meshes",
    "two spellings that differ",
    { ...mesh, clusters: "west" },
    "cluster and clusters are two spellings of one field and must not differ"
  ),
  refusesNew(
    "Mesh",
    "meshes",
    "a mesh of no cluster",
    { controlPlane: { namespace: "mesh-system" }, meshProvider },
    "cluster is required"
  ),
  refusesNew(
    "Mesh",
    "meshes",
    "a version that is none",
    { ...mesh, controlPlane: { namespace: "mesh-system", version: "2.6" } },
    "should match"
  ),
  refuses("another namespace", "namespace is immutable", ofDeployment({ controlPlane: { namespace: "elsewhere" } })),
  accepts("other clusters", ofDeployment({ clusters: ["east", "west"] })),
  refuses("another side", "the sides of a peering are frozen", ofPeering({ left: { cluster: "north" } })),
  refuses(
    "a removal taken back",
    "a removal that has been recorded is not taken back",
    ofPeering({ removal: null }, { ...peering, removal })
  ),
  accepts("a removal", ofPeering({ removal })),
  refuses(
    "an alias of several names",
    "alias.name needs exactly one entry in names",
    ofFederation({ names: ["web", "api"], alias: { name: "front" } })
  ),
  accepts("an alias of one name", ofFederation({ names: ["web"], alias: { name: "front" } })),
  {
    name: "two appliers share the services of a MeshFederation by name",
    run: Effect.fnUntraced(function* ({ raw, namespace }) {
      const apply = (manager: string, spec: Json) =>
        raw.request("PATCH", `${own(namespace, "meshfederations", "a")}?fieldManager=${manager}`, {
          body: object("MeshFederation", spec),
          contentType: "application/apply-patch+yaml"
        })
      yield* apply("one", federation({ names: ["web"] }))
      const more = federation({ name: "other", names: ["api"] })
      const both = yield* apply("two", more)
      assert.equal(both.status, 200, both.text)
      assert.equal(at(both.body, "spec.services.1.name"), "other")
      const again = yield* apply("one", federation({ names: ["web"] }))
      assert.equal(at(again.body, "metadata.resourceVersion"), at(both.body, "metadata.resourceVersion"))
    })
  }
]
