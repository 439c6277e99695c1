import { assert, describe, it } from "@effect/vitest"
import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { AddOn } from "@multicluster-mesh/ocm-transport/addon"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Predicate from "effect/Predicate"
import * as Logger from "effect/Logger"
import { clusters, configure, makeAddOnWorld, quietly, start, type AddOnWorld, until } from "./addOnWorld.ts"
import { askForCertificate, type Asking, requestOfEast } from "./askForCertificate.ts"

/** Each with what its Event and the log must say. `judgeCsr.test.ts` has what else may stand in a request. */
const attacks: ReadonlyArray<readonly [name: string, says: RegExp, asking: Asking]> = [
  ["prefix", /east2:agent does not speak for cluster east$/u, { by: "east2" }],
  ["label-of-another", /east:agent does not speak for cluster west$/u, { labelled: "west" }],
  ["foreign-name", /asks for the name .*cluster:east:/u, { labelled: "west", by: "west" }],
  ["group-alone", /mallory does not speak/u, { username: "mallory" }],
  ["user-alone", /does not speak/u, { groups: ["system:authenticated"] }],
  ["unknown-cluster", /no ManagedCluster north/u, { labelled: "north", by: "north" }],
  ["signer", /its signer is/u, { spec: { signerName: "kubernetes.io/kubelet-serving" } }],
  ["usage", /usage server auth/u, { spec: { usages: ["client auth", "server auth"] } }],
  ["two-blocks", /exactly one PEM block/u, { spec: { request: Base64.encode(requestOfEast + requestOfEast) } }],
  ["no-request", /exactly one PEM block/u, { spec: { request: Base64.encode("hello") } }]
]

describe("certificate requests that nobody should approve", () => {
  it.live(
    "are left alone, each with an Event and a line in the log",
    () => {
      const logged: Array<string> = []
      const logger = Logger.make(({ message }) => void logged.push(String(message)))
      return Effect.gen(function* () {
        const world = yield* runningWorld
        for (const [name, , asking] of attacks) yield* askForCertificate(world, name, asking)
        const events = yield* until(refusals(world), (seen) => seen.size === attacks.length)
        for (const [name, says] of attacks) {
          assert.match(events.get(name)?.[0] ?? "", says, name)
          assert.isTrue(
            logged.some((line) => line.includes(`request ${name} is not approved`) && says.test(line)),
            name
          )
        }
        yield* askForCertificate(world, "honest")
        yield* until(approved(world), (names) => names.includes("honest"))
        assert.deepStrictEqual(yield* approved(world), ["honest"])
      }).pipe(Effect.provide(Logger.layer([logger])))
    },
    20_000
  )

  quietly(
    "are told once each, however often the world changes, and a flood of them only in part",
    Effect.gen(function* () {
      const world = yield* runningWorld
      const flood = Array.from({ length: 200 }, (_, index) => `flood-${index}`)
      yield* Effect.forEach(flood, (name) => askForCertificate(world, name, { by: "west" }), { concurrency: 8 })
      yield* askForCertificate(world, "by-another", { username: "mallory" })
      yield* until(refusals(world), (seen) => seen.has("by-another"))
      // each change of the cluster makes its requests be judged again
      for (const value of ["1", "2", "3"])
        yield* world.hub.patch(resources.managedClusters, { name: "east" }, { metadata: { labels: { again: value } } })
      yield* askForCertificate(world, "honest")
      yield* until(approved(world), (names) => names.includes("honest"))
      const seen = yield* refusals(world)
      const ofFlood = [...seen].filter(([name]) => name.startsWith("flood"))
      assert.lengthOf(ofFlood, 21)
      assert.isTrue([...seen.values()].every((messages) => messages.length === 1))
      assert.lengthOf(
        ofFlood.filter(([, [message = ""]]) => message.includes("find out who asks so often")),
        1
      )
      assert.deepStrictEqual(yield* approved(world), ["honest"])
    })
  )

  quietly(
    "do not use up what a cluster may ask, whatever their labels say",
    Effect.gen(function* () {
      const world = yield* runningWorld
      const status = { conditions: [{ type: "Approved", status: "True", reason: "ByOthers" }] }
      for (let index = 0; index < 25; index++) {
        const name = `renewal-of-west-${index}`
        yield* askForCertificate(world, name, { by: "west" })
        const csr = yield* world.hub.get(resources.certificateSigningRequests, { name })
        yield* world.hub.replace(resources.certificateSigningRequests, { ...csr, status }, { subresource: "approval" })
      }
      yield* askForCertificate(world, "honest")
      yield* until(approved(world), (names) => names.includes("honest"))
    })
  )

  quietly(
    "are not those of a klusterlet that has joined anew, with another agent id",
    Effect.gen(function* () {
      const world = yield* runningWorld
      yield* askForCertificate(world, "first")
      yield* askForCertificate(world, "anew", { username: "system:open-cluster-management:east:x7k2p" })
      yield* until(approved(world), (names) => names.length === 2)
    })
  )

  quietly(
    "come from a cluster that is just losing the add-on",
    Effect.gen(function* () {
      const world = yield* runningWorld
      const ref = { namespace: "east", name: labels.addonName }
      const hold = { metadata: { finalizers: ["example.com/hold"] } }
      yield* world.hub.patch(resources.managedClusterAddOns, ref, hold, { fieldManager: "someone" })
      yield* world.ocm.setAddOnInstalled("east", false)
      yield* askForCertificate(world, "late")
      const events = yield* until(refusals(world), (seen) => seen.has("late"))
      assert.match(events.get("late")?.[0] ?? "", /being removed from cluster east/u)
      assert.deepStrictEqual(yield* approved(world), [])
    })
  )
})

const small: AddOn = { name: labels.addonName, manifests: () => Effect.succeed([]), registration: {} }

const runningWorld = Effect.gen(function* () {
  const world = yield* makeAddOnWorld
  for (const cluster of clusters) yield* configure(world, cluster)
  yield* start(world, small)
  return world
})

/** What Events say of requests that are not approved, by request. */
const refusals = ({ hub }: AddOnWorld) =>
  Effect.map(hub.list(resources.events), ({ items }) => {
    const byRequest = new Map<string, ReadonlyArray<string>>()
    for (const { involvedObject, message, reason } of items) {
      if (reason !== "NotApproved" || !Predicate.isReadonlyObject(involvedObject)) continue
      const name = String(involvedObject["name"])
      byRequest.set(name, [...(byRequest.get(name) ?? []), String(message)])
    }
    return byRequest
  })

const approved = ({ hub }: AddOnWorld) =>
  Effect.map(hub.list(resources.certificateSigningRequests), ({ items }) =>
    items
      .filter((csr) => {
        const text = JSON.stringify(csr["status"] ?? {})
        return text.includes('"Approved"') && !text.includes("ByOthers")
      })
      .map(({ metadata }) => metadata.name)
  )
