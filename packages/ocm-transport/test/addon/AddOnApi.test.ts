import { assert, describe, it } from "@effect/vitest"
import { decodeManagedClusterAddOn, resources } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { addOnApis } from "../../src/addon/AddOnApi.ts"
import type { KubeObject } from "../../src/KubeApi.ts"

const signerName = "kubernetes.io/kube-apiserver-client"
const subject = { user: "agent", groups: ["agents"] }
const reference = {
  group: "addon.open-cluster-management.io",
  resource: "addondeploymentconfigs",
  lastObservedGeneration: 3,
  desiredConfig: { namespace: "hub", name: "default", specHash: "1" },
  lastAppliedConfig: { namespace: "hub", name: "default", specHash: "0" }
}
const metadata = { name: "mesh", namespace: "east", uid: "u" }
const same = { namespace: "agents", healthCheck: { mode: "Lease" }, supportedConfigs: [{ group: "g", resource: "r" }] }

/** One ManagedClusterAddOn as OCM's conversion writes it in either version. */
const inV1alpha1: KubeObject = {
  apiVersion: "addon.open-cluster-management.io/v1alpha1",
  kind: "ManagedClusterAddOn",
  metadata,
  spec: { installNamespace: "agents", configs: [{ group: "g", resource: "r", name: "c" }] },
  status: {
    ...same,
    registrations: [
      { signerName, subject },
      { signerName: "example.test/signer", subject: { ...subject, organizationUnit: ["units"] } }
    ],
    kubeClientDriver: "token",
    configReferences: [reference]
  }
}
const inV1beta1: KubeObject = {
  apiVersion: "addon.open-cluster-management.io/v1beta1",
  kind: "ManagedClusterAddOn",
  metadata: {
    ...metadata,
    annotations: { "addon.open-cluster-management.io/v1alpha1-install-namespace": "agents" }
  },
  spec: { configs: [{ group: "g", resource: "r", name: "c" }] },
  status: {
    ...same,
    registrations: [
      { type: "kubeClient", kubeClient: { subject, driver: "token" } },
      {
        type: "customSigner",
        customSigner: { signerName: "example.test/signer", subject: { ...subject, organizationUnits: ["units"] } }
      }
    ],
    configReferences: [reference]
  }
}
const statusIn = ({ status }: KubeObject) => decodeFields(status)
const decodeFields = Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Unknown))
const read = (object: KubeObject) => Effect.runSync(decodeManagedClusterAddOn(object))

describe("a ManagedClusterAddOn", () => {
  it("is the same in both versions, but for what owner references need", () => {
    const { apiVersion, ...fromBeta } = read(addOnApis.v1beta1.addOnOf(inV1beta1))
    assert.strictEqual(apiVersion, inV1beta1.apiVersion)
    const fromAlpha = read(addOnApis.v1alpha1.addOnOf(inV1alpha1))
    assert.deepStrictEqual({ ...fromBeta.spec, ...fromBeta.status }, { ...fromAlpha.spec, ...fromAlpha.status })
  })

  it("without an annotation, a status or registrations has none in v1beta1 either", () => {
    for (const status of [undefined, {}, { conditions: [] }]) {
      const bare = { ...inV1beta1, metadata, ...(status === undefined ? { status: undefined } : { status }) }
      assert.deepStrictEqual(addOnApis.v1beta1.addOnOf(bare), bare)
    }
  })

  it("that cannot be read in v1beta1 is left for the decoder to refuse", () => {
    for (const registrations of ["none", [1], [{ type: "customSigner" }], [{}]]) {
      const broken = addOnApis.v1beta1.addOnOf({ ...inV1beta1, status: { registrations } })
      assert.isTrue(
        Effect.runSyncExit(decodeManagedClusterAddOn(broken))._tag === "Failure",
        JSON.stringify(registrations)
      )
    }
  })
})

describe("what is written", () => {
  it("is what OCM's conversion would make of it, and keeps the driver that the registration agent wrote", () => {
    const { kubeClientDriver: _, ...ours } = statusIn(inV1alpha1)
    const before = { registrations: [{ type: "kubeClient", kubeClient: { driver: "token" } }] }
    assert.deepStrictEqual(addOnApis.v1beta1.statusOf(ours, before), statusIn(inV1beta1))
    assert.deepStrictEqual(addOnApis.v1alpha1.statusOf(ours, {}), ours)
  })

  it("takes away a subject that is believed no more", () => {
    const live = { registrations: [{ type: "kubeClient", kubeClient: { driver: "token", subject: { user: "liar" } } }] }
    assert.deepStrictEqual(addOnApis.v1beta1.statusOf({ registrations: [{ signerName }] }, live), {
      registrations: [{ type: "kubeClient", kubeClient: { driver: "token" } }]
    })
  })

  it.each(Object.values(addOnApis))("keeps what we do not know of entries of OCM's ($version)", (addOnApi) => {
    const live = { configReferences: [{ ...reference, later: { than: "us" } }] }
    const [written] = [addOnApi.statusOf({ configReferences: [{ ...reference, lastObservedGeneration: 4 }] }, live)]
    assert.deepStrictEqual(written, {
      configReferences: [{ ...reference, later: { than: "us" }, lastObservedGeneration: 4 }]
    })
    // OCM has changed the list meanwhile: the write will be refused, and must not mix entries
    const other = addOnApi.statusOf({ configReferences: [reference] }, { configReferences: [] })
    assert.deepStrictEqual(other, { configReferences: [reference] })
  })
})

it("kinds of the add-on API are asked for in its version, others as they are", () => {
  const { typeOf } = addOnApis.v1beta1
  assert.deepStrictEqual(typeOf(resources.managedClusterAddOns), {
    ...resources.managedClusterAddOns,
    version: "v1beta1"
  })
  assert.deepStrictEqual(typeOf(resources.manifestWorks), resources.manifestWorks)
  const templates = { ...resources.addOnDeploymentConfigs, kind: "AddOnTemplate", plural: "addontemplates" }
  assert.deepStrictEqual(typeOf(templates), templates)
})

const Name = Schema.Literals(["a", "b", "c"])
const Registration = Schema.Struct({
  signerName: Schema.Literals([signerName, "example.test/signer", "example.test/other"]),
  subject: Schema.optionalKey(
    Schema.Struct({ user: Schema.optionalKey(Name), groups: Schema.optionalKey(Schema.Array(Name)) })
  )
})
const Registrations = Schema.Array(Registration).check(Schema.isMaxLength(3))
const Status = Schema.Struct({ namespace: Schema.optionalKey(Name), registrations: Registrations })
const Live = Schema.Struct({
  registrations: Schema.Array(
    Schema.Union([
      Schema.Struct({
        type: Schema.Literal("kubeClient"),
        kubeClient: Schema.optionalKey(
          Schema.Struct({
            driver: Schema.optionalKey(Schema.Literals(["csr", "token"])),
            subject: Schema.optionalKey(Schema.Struct({ user: Name }))
          })
        )
      }),
      Schema.Struct({
        type: Schema.Literal("customSigner"),
        customSigner: Schema.Struct({ signerName: Schema.Literal("example.test/signer"), later: Name })
      })
    ])
  ).check(Schema.isMaxLength(3))
})

it.prop("what is written is read again as it was meant, over whatever is there", [Status, Live], ([status, live]) => {
  const written = { ...live, ...addOnApis.v1beta1.statusOf(status, live) }
  const { kubeClientDriver: _, ...again } = statusIn(addOnApis.v1beta1.addOnOf({ ...inV1beta1, status: written }))
  assert.deepStrictEqual(again, { ...status })
  // nothing is left to write
  assert.deepStrictEqual({ ...written, ...addOnApis.v1beta1.statusOf(status, written) }, written)
})
