import { assert, describe, it } from "@effect/vitest"
import { type ManagedClusterAddOn, resources } from "@multicluster-mesh/mesh-model"
import { addOnApis } from "../../src/addon/AddOnApi.ts"
import { configKey, desiredConfigs, type FindConfig } from "../../src/addon/desiredConfigs.ts"
import { withHashes } from "../../src/addon/reconcileDefinition.ts"
import { specHash } from "../../src/addon/specHash.ts"
import { root } from "../support/rootCertificate.ts"
import { addOnOn, objectOf } from "./builders.ts"

const supported = [resources.addOnDeploymentConfigs]
const group = "addon.open-cluster-management.io"
const resource = "addondeploymentconfigs"
const config = (name: string, spec: unknown) =>
  objectOf(`${group}/v1alpha1`, "AddOnDeploymentConfig", name, { spec, status: { ignored: true } }, "hub")

const finding =
  (...objects: ReadonlyArray<ReturnType<typeof config>>): FindConfig =>
  (id) =>
    objects.find(
      ({ metadata: { name, namespace = "" } }) => configKey(id) === configKey({ group, resource, namespace, name })
    )

type Status = NonNullable<ManagedClusterAddOn["status"]>
const reference = (name: string, hash?: string) => ({
  group,
  resource,
  namespace: "hub",
  name,
  desiredConfig: { namespace: "hub", name, ...(hash === undefined ? {} : { specHash: hash }) }
})
const withReferences = (
  references: NonNullable<Status["configReferences"]>,
  changes: Partial<ManagedClusterAddOn> = {}
) =>
  addOnOn("east", {
    status: { conditions: [{ type: "Configured", status: "True" }], configReferences: references },
    ...changes
  })

const problem = (addOn: ManagedClusterAddOn, find: FindConfig) => desiredConfigs(addOn, supported, find).problem ?? ""

const bundleOf = (text: string) => ({ caBundle: Buffer.from(text).toString("base64") })
const desiredWith = (spec: unknown) => {
  const object = config("first", spec)
  return desiredConfigs(withReferences([reference("first", specHash(object))]), supported, finding(object))
}

describe("specHash", () => {
  it("is the hash that Go makes", () => {
    const spec = {
      customizedVariables: [{ value: "<a>&b\u2028", name: "B" }],
      agentInstallNamespace: "x",
      a: { z: 1, b: 1.5 }
    }
    assert.strictEqual(
      specHash(config("any", spec)),
      "876dcce33338662bde13256e0bb2d5555727ba45dc05e14684a232192ca184f2"
    )
  })
})

describe("desiredConfigs", () => {
  const first = config("first", { agentInstallNamespace: "mesh-agent" })

  it("takes a configuration that is in the desired state", () => {
    const desired = desiredConfigs(withReferences([reference("first", specHash(first))]), supported, finding(first))
    assert.isUndefined(desired.problem)
    assert.strictEqual(desired.installNamespace, "mesh-agent")
    assert.deepStrictEqual(desired.hashes, { [`${resource}.${group}/hub/first`]: specHash(first) })
  })

  it("waits for OCM to choose, for the rollout, and for what does not exist", () => {
    assert.include(problem(addOnOn("east"), finding()), "no condition Configured yet")
    assert.include(problem(withReferences([reference("first")]), finding(first)), "waits for OCM to choose the state")
    assert.include(problem(withReferences([reference("first", "0")]), finding(first)), "its rollout has not come")
    assert.include(problem(withReferences([reference("first", "0")]), finding()), "does not exist")
    const other = { ...reference("first", "0"), resource: "others" }
    assert.include(problem(withReferences([other]), finding(first)), "takes no configuration of this kind")
  })

  it("says itself which state of a configuration is desired that the cluster's add-on names", () => {
    const named = withReferences([reference("first", "0")], {
      spec: { configs: [{ group, resource, namespace: "hub", name: "first" }] }
    })
    const generation = { ...first, metadata: { ...first.metadata, generation: 7 } }
    const desired = desiredConfigs(named, supported, finding(generation))
    assert.isUndefined(desired.problem)
    assert.deepStrictEqual(desired.references[0], { ...reference("first", specHash(first)), lastObservedGeneration: 7 })
  })

  it("lets the last of several count", () => {
    const second = config("second", { agentInstallNamespace: "other" })
    const references = [reference("first", specHash(first)), reference("second", specHash(second))]
    const desired = desiredConfigs(withReferences(references), supported, finding(first, second))
    assert.strictEqual(desired.installNamespace, "other")
  })

  it("takes the certificates of its proxy, or says why they are none", () => {
    const good = desiredWith({ proxyConfig: bundleOf(root) })
    assert.deepStrictEqual([good.caBundle, good.problem], [root, undefined])
    const bad = desiredWith({ proxyConfig: bundleOf("hello") })
    assert.isUndefined(bad.caBundle)
    assert.include(bad.problem ?? "", "first: proxyConfig.caBundle is no bundle of certificates: no certificate in it")
    const none = desiredWith({ proxyConfig: {} })
    assert.deepStrictEqual([none.caBundle, none.problem], [undefined, undefined])
  })

  it("refuses one that it cannot read", () => {
    const broken = config("first", { customizedVariables: "none" })
    const desired = desiredConfigs(withReferences([reference("first", specHash(broken))]), supported, finding(broken))
    assert.include(desired.problem ?? "", "cannot be read")
  })
})

describe("withHashes", () => {
  it.each(Object.values(addOnApis))("fills in what is there, and leaves what others wrote", ({ defaultReferences }) => {
    const first = config("first", {})
    const status = {
      [defaultReferences]: [{ group, resource, desiredConfig: { namespace: "hub", name: "first" } }],
      installProgressions: [
        {
          name: "all",
          configReferences: [
            {
              group,
              resource,
              desiredConfig: { namespace: "hub", name: "gone", specHash: "old" },
              lastAppliedConfig: {}
            }
          ],
          conditions: []
        }
      ],
      others: 1
    }
    assert.deepStrictEqual(withHashes(status, defaultReferences, supported, finding(first)), {
      ...status,
      [defaultReferences]: [
        { group, resource, desiredConfig: { namespace: "hub", name: "first", specHash: specHash(first) } }
      ]
    })
  })
})
