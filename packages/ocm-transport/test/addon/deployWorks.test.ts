import { assert, describe, it } from "@effect/vitest"
import type { ManifestWork } from "@multicluster-mesh/mesh-model"
import * as Result from "effect/Result"
import { decodeManifestWork } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { deployWorks } from "../../src/addon/deployWorks.ts"
import { hubAccess } from "../../src/addon/hubAccess.ts"
import { orphanAnnotation } from "../../src/addon/keys.ts"
import type { KubeObject } from "../../src/KubeApi.ts"
import { addOnOn, objectOf, uid } from "./builders.ts"

const worksFor = (manifests: ReadonlyArray<KubeObject>, works: ReadonlyArray<ManifestWork> = []) =>
  Result.map(
    deployWorks({
      addOn: addOnOn("east"),
      installNamespace: "mesh",
      manifests,
      hashes: { b: "2", a: "1" },
      rolledOut: "Applied",
      feedback: () => undefined,
      works
    }),
    (objects) => objects.map((object) => Effect.runSync(decodeManifestWork(object)))
  )

const works = (manifests: ReadonlyArray<KubeObject>, before: ReadonlyArray<ManifestWork> = []) =>
  Result.getOrThrow(worksFor(manifests, before))

const namesIn = (all: ReadonlyArray<ManifestWork>) =>
  all.map(({ metadata, spec }) => [
    metadata.name,
    ...(spec.workload.manifests ?? []).map((manifest) => {
      const { metadata } = manifest
      return typeof metadata === "object" && metadata !== null && "name" in metadata ? metadata.name : undefined
    })
  ])

const configMap = (name: string, kibibytes = 0) =>
  objectOf("v1", "ConfigMap", name, { data: { filler: "x".repeat(kibibytes * 1024) } }, "mesh")

const all = [
  objectOf("example.test/v1", "Sample", "custom", {}, "mesh"),
  objectOf("apps/v1", "Deployment", "agent", {}, "mesh"),
  objectOf("v1", "ServiceAccount", "account", {}, "mesh"),
  objectOf("rbac.authorization.k8s.io/v1", "ClusterRole", "role"),
  objectOf("v1", "Namespace", "mesh")
]

describe("deployWorks", () => {
  it("puts what others need first, whatever the order was", () => {
    const sorted = [["addon-mesh-deploy-0", "mesh", "role", "account", "agent", "custom"]]
    assert.deepStrictEqual(namesIn(works(all)), sorted)
    assert.deepStrictEqual(works(all.toReversed()), works(all))
  })

  it("goes with the add-on, but for its namespace and what is marked", () => {
    const kept = {
      ...configMap("kept"),
      metadata: { name: "kept", namespace: "mesh", annotations: { [orphanAnnotation]: "" } }
    }
    const other = objectOf("v1", "Namespace", "other")
    const [work] = works([...all, kept, other])
    assert.deepStrictEqual(
      work?.metadata.ownerReferences?.map((owner) => [owner.kind, owner.uid]),
      [["ManagedClusterAddOn", uid]]
    )
    assert.deepStrictEqual(work?.metadata.annotations, {
      "open-cluster-management.io/config-spec-hash": '{"a":"1","b":"2"}'
    })
    assert.deepStrictEqual(work?.spec.deleteOption?.selectivelyOrphans?.orphaningRules, [
      { group: "", resource: "namespaces", name: "mesh" },
      { group: "", resource: "configmaps", namespace: "mesh", name: "kept" }
    ])
  })

  it("spreads what one work cannot hold, and moves nothing afterwards", () => {
    const before = works([configMap("b", 300), configMap("c", 300)])
    assert.deepStrictEqual(namesIn(before), [
      ["addon-mesh-deploy-0", "b"],
      ["addon-mesh-deploy-1", "c"]
    ])
    assert.deepStrictEqual(namesIn(works([configMap("a", 90), configMap("b", 300), configMap("c", 300)], before)), [
      ["addon-mesh-deploy-0", "a", "b"],
      ["addon-mesh-deploy-1", "c"]
    ])
    assert.deepStrictEqual(namesIn(works([configMap("c", 300)], before)), [["addon-mesh-deploy-1", "c"]])
  })

  it("refuses one manifest that is too large, by its name", () => {
    const result = worksFor([configMap("huge", 500)])
    assert.include(Result.isFailure(result) ? result.failure.message : "", "ConfigMap huge is larger than 400 KiB")
  })
})

describe("hubAccess", () => {
  it("binds the agent's user in the namespace of its cluster, and no group", () => {
    const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }]
    const objects = hubAccess(addOnOn("east"), { rules, clusterRoles: ["one", "two"] }, "the-user").map(
      ({ object }) => object
    )
    assert.deepStrictEqual(
      objects.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.ownerReferences?.[0]?.uid]),
      [
        ["Role", "east", uid],
        ["RoleBinding", "east", uid],
        ["RoleBinding", "east", uid],
        ["RoleBinding", "east", uid]
      ]
    )
    assert.strictEqual(new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size, 4)
    for (const { subjects } of objects.slice(1)) {
      assert.deepStrictEqual(subjects, [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "the-user" }])
    }
  })

  it("gives nothing where nothing is asked for", () => {
    assert.deepStrictEqual(hubAccess(addOnOn("east"), {}, "the-user"), [])
  })
})
