import { assert } from "@effect/vitest"
import { canonicalJson, keyOf, labels, resources } from "@multicluster-mesh/mesh-model"
import { connectionTo, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { agentIdentity, kubeClientSigner } from "@multicluster-mesh/ocm-transport/addon"
import { makeCertificateRequest, startProcess } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll } from "vitest"
import { makeNarrator } from "../../src/Narrator.ts"
import { statusOf } from "../../src/until.ts"
import { find, listServed, oursOn, quietly } from "../observing.ts"
import { differences, type Picture, takePicture } from "../faults/Picture.ts"
import { untilAvailable } from "./installedProduct.ts"
import { longest, patiently, untilTrue } from "./patiently.ts"
import { untilQuiet } from "./restingWrites.ts"
import { answersTo, asAgentOf, itsOwn, notItsOwn } from "./trouble/agentOnHub.ts"
import { type Away, comeBack, goAway } from "./trouble/away.ts"
import { upgradeAgents, upgradeHub } from "./trouble/releases.ts"
import {
  agentOn,
  clusters,
  klusterletOn,
  stageNamed,
  startTroubledWorld,
  type TroubledWorld
} from "./trouble/TroubledWorld.ts"

const [first, victim, attacker] = clusters
const { done: ticked } = makeNarrator()

const scope = Scope.makeUnsafe()
let started: TroubledWorld
beforeAll(async () => {
  started = await Effect.runPromise(Scope.provide(ticked("the world stands", startTroubledWorld), scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** Longer than the work agent takes to delete what a work has brought, where it deletes it. */
const agentsMove = Effect.sleep("12 seconds")

/** A user does something; what they wanted comes true. */
const act = (name: string) => stageNamed(name).act(started.world.hub)
const comesTrue = (name: string) => ticked(name, untilTrue(`stage ${name}`, stageNamed(name).done(started.world)))

const nothingEndedByItself = Effect.suspend(() =>
  Effect.map(started.product.misdeeds, (misdeeds) => assert.deepStrictEqual(misdeeds, []))
)

// the tests are in an order: one cluster is away during some of them
let away: Away
let undisturbed: Picture

quietly(
  "a cluster loses its power, and its agent has a certificate that soon ends",
  Effect.gen(function* () {
    away = yield* ticked("a cluster is away", goAway(started))
  }),
  longest
)

quietly(
  "without trouble, a story comes true and comes to rest",
  Effect.gen(function* () {
    const { product, world } = started
    const planes = [world.hubSim, ...world.clusters.map(({ sim }) => sim)]
    const isOurs = (user: string) => [product.hub, ...product.agents].some((process) => process.user === user)
    yield* act("deploy")
    yield* comesTrue("deploy")
    yield* act("federate")
    yield* comesTrue("federate")
    yield* ticked("rest", untilQuiet(planes, isOurs, "10 seconds"))
    undisturbed = yield* takePicture(world)
    assert.isAbove(undisturbed.uids.size, 10)
    yield* act("remove")
    yield* comesTrue("remove")
  }),
  longest
)

quietly(
  "kills, a partition, a frozen work agent and another API server on the way change neither the end nor anything of the user's",
  Effect.gen(function* () {
    const { product, proxy, users, world } = started
    const theirs = yield* users.everything
    yield* act("deploy")
    yield* Effect.sleep("700 millis")
    yield* product.hub.kill
    yield* Effect.sleep("1 second")
    yield* Effect.scoped(Effect.andThen(proxy.stall, Effect.sleep("20 seconds")))
    yield* comesTrue("deploy")
    const { work } = klusterletOn(started, first)
    yield* work.signal("SIGSTOP")
    yield* act("federate")
    yield* Effect.sleep("1 second")
    for (const cluster of [first, victim]) yield* agentOn(started, cluster).kill
    yield* world.hubSim.restartApiServer("2 seconds")
    yield* Effect.sleep("2 seconds")
    yield* work.signal("SIGCONT")
    yield* comesTrue("federate")
    yield* ticked(
      "same",
      patiently(
        "the end is that of the undisturbed run",
        Effect.map(takePicture(world), (seen) => {
          const progress = differences(undisturbed, seen)
          return { done: progress.length === 0, progress }
        })
      )
    )

    yield* act("remove")
    yield* Effect.sleep("2 seconds")
    yield* product.hub.kill
    // hub and cluster are away at once, in the middle of the removal
    yield* work.signal("SIGSTOP")
    yield* Effect.scoped(Effect.andThen(proxy.stall, Effect.sleep("10 seconds")))
    yield* proxy.cut
    yield* work.signal("SIGCONT")
    yield* comesTrue("remove")
    assert.strictEqual(yield* users.everything, theirs)
    assert.deepStrictEqual(yield* product.misdeeds, [])
  }),
  longest
)

quietly(
  "when the certificate has ended the cluster comes back, its agent gets another one and goes on; a klusterlet that was installed anew asks for it, too",
  Effect.andThen(
    Effect.suspend(() => ticked("the cluster is back", comeBack(started, away))),
    nothingEndedByItself
  ),
  longest
)

quietly(
  "an add-on of another author is installed, registered, available and removed again",
  Effect.gen(function* () {
    const { world } = started
    const { api } = world.on(victim)
    const kubeconfig = join(world.hubSim.folder, "admin.kubeconfig")
    yield* startProcess({
      name: "hello-addon",
      folder: world.hubSim.folder,
      command: process.execPath,
      args: [
        "--conditions=@multicluster-mesh/source",
        fileURLToPath(new URL("../../../../examples/hello-addon.ts", import.meta.url)),
        kubeconfig
      ]
    })
    const definition = {
      apiVersion: "addon.open-cluster-management.io/v1alpha1",
      kind: "ClusterManagementAddOn",
      metadata: { name: "hello" },
      spec: { installStrategy: { type: "Manual" } }
    }
    yield* world.hub.apply(resources.clusterManagementAddOns, definition, { fieldManager: "kubectl" })
    const ref = { namespace: victim, name: "hello" }
    const addOn = {
      apiVersion: "addon.open-cluster-management.io/v1alpha1",
      kind: "ManagedClusterAddOn",
      metadata: ref,
      spec: { installNamespace: "greetings" }
    }
    yield* world.hub.apply(resources.managedClusterAddOns, addOn, { fieldManager: "kubectl" })
    yield* untilAvailable(world.hub, victim, "hello")
    const greeting = yield* api.get(resources.configMaps, { namespace: "greetings", name: "hello" })
    assert.deepStrictEqual(greeting["data"], { greeting: `hello, ${victim}` })
    yield* untilTrue(
      "OCM has put its credentials beside it",
      Effect.map(
        find(api, resources.secrets, { namespace: "greetings", name: "hello-hub-kubeconfig" }),
        (secret) => secret !== undefined
      )
    )
    yield* world.hub.delete(resources.managedClusterAddOns, ref)
    yield* untilTrue(
      "all of it is gone",
      Effect.map(
        Effect.all([
          find(world.hub, resources.managedClusterAddOns, ref),
          find(api, resources.configMaps, { namespace: "greetings", name: "hello" })
        ]),
        (left) => left.every((object) => object === undefined)
      )
    )
  }),
  longest
)

quietly(
  "whoever runs one cluster gets no certificate of the agent of another whose name begins its own",
  Effect.gen(function* () {
    const { world } = started
    const askAs = (cluster: string) => request(world.hubSim, klusterletOn(started, cluster).hubKubeconfig)
    const stolen = yield* askAs(attacker)
    const honest = yield* askAs(victim)
    yield* untilTrue("the klusterlet's own request is approved", isApproved(honest))
    const told = Effect.map(world.hub.list(resources.events), ({ items }) =>
      items.filter((event) => event["reason"] === "NotApproved" && JSON.stringify(event).includes(stolen))
    )
    yield* untilTrue(
      "the refusal is told",
      Effect.map(told, (events) => events.length > 0)
    )
    yield* Effect.sleep("3 seconds")
    assert.isFalse(yield* isApproved(stolen))
    assert.lengthOf(yield* told, 1)
    assert.include(readFileSync((yield* started.product.hub.running).log, "utf8"), `${stolen} is not approved`)
  }),
  longest
)

quietly(
  "with the certificate of one agent, nothing of another cluster or add-on can be read or forged",
  Effect.gen(function* () {
    const agent = yield* asAgentOf(started, attacker)
    const own = itsOwn(attacker)
    assert.deepStrictEqual(yield* answersTo(agent, own), allAre(own, 200))
    const others = notItsOwn(attacker, victim)
    assert.deepStrictEqual(yield* answersTo(agent, others), allAre(others, 403))
  }),
  longest
)

quietly(
  "the chart's roles for users are filled, and are no part of others",
  Effect.gen(function* () {
    const { hub } = started.world
    const rulesOf = (name: string) => Effect.flatMap(hub.get(resources.clusterRoles, { name }), decodeRules)
    const writers = {
      "mesh-viewer": [],
      "mesh-federator": ["meshfederations"],
      "mesh-deployer": ["meshdeployments", "meshes"]
    }
    for (const [name, written] of Object.entries(writers)) {
      const may = (verb: string) =>
        Effect.map(rulesOf(name), ({ rules }) =>
          rules.flatMap(({ resources = [], verbs }) => (verbs.includes(verb) ? resources : [])).sort()
        )
      yield* untilTrue(
        `${name} lets read`,
        Effect.map(may("get"), (read) => read.includes("meshpeerings"))
      )
      assert.deepStrictEqual({ name, written: yield* may("create") }, { name, written })
    }
    for (const name of ["view", "edit", "admin"]) assert.notInclude(JSON.stringify(yield* rulesOf(name)), labels.group)
  }),
  longest
)

quietly(
  "a hub controller that is a release ahead of the agents serves them, one that is two ahead changes nothing",
  Effect.andThen(
    Effect.suspend(() => ticked("hub controller upgraded", upgradeHub(started))),
    nothingEndedByItself
  ),
  longest
)

quietly(
  "agents are upgraded one cluster after the other, and all goes on; so it does when both go back",
  Effect.andThen(
    Effect.suspend(() => ticked("agents upgraded, and back", upgradeAgents(started))),
    nothingEndedByItself
  ),
  longest
)

quietly(
  "a cluster that is detached keeps all meshes and blocks nothing on the hub; a hub that is lost takes nothing along",
  Effect.gen(function* () {
    const { users, world } = started
    // the one with the mesh of a user is there when the hub is lost
    const [left, detached] = clusters
    const theirs = yield* users.everything
    yield* act("deploy")
    yield* comesTrue("deploy")
    yield* act("federate")
    yield* comesTrue("federate")
    // its ClusterRoles and operators' Subscriptions may go with its works; what carries traffic stays
    const carriesTraffic =
      /^(Namespace|ConfigMap|ServiceMesh(ControlPlane|MemberRoll|Peer)|(Exported|Imported)ServiceSet) /u
    const ours = (cluster: string) =>
      Effect.map(oursOn(world, cluster), (lines) => lines.filter((line) => carriesTraffic.test(line)))
    const specs = yield* specsOn(world, detached)
    const before = yield* ours(detached)
    for (const kind of ["ServiceMeshControlPlane", "ServiceMeshPeer", "ExportedServiceSet"])
      assert.isTrue(
        before.some((line) => line.startsWith(`${kind} `)),
        kind
      )

    yield* world.hub.delete(resources.managedClusters, { name: detached })
    const gone = Effect.map(
      Effect.all([
        find(world.hub, resources.managedClusters, { name: detached }),
        find(world.hub, resources.managedClusterAddOns, { namespace: detached, name: labels.addonName })
      ]),
      (objects) => objects.every((object) => object === undefined)
    )
    yield* untilTrue("nothing holds the cluster back", gone)
    const worksLeft = Effect.map(world.hub.list(resources.manifestWorks, { namespace: detached }), ({ items }) => ({
      done: items.length === 0,
      progress: items.map(({ metadata }) => `${metadata.name}: ${metadata.finalizers?.join(" ") ?? ""}`)
    }))
    yield* patiently("no work is left of it", worksLeft)
    yield* agentsMove
    assert.deepStrictEqual(yield* ours(detached), before)
    assert.deepStrictEqual(yield* specsOn(world, detached), specs)
    assert.strictEqual(yield* users.everything, theirs)

    const stays = yield* Effect.all([oursOn(world, left), specsOn(world, left)])
    assert.isTrue(stays[0].some((line) => line.startsWith("ServiceMeshPeer ")))
    yield* world.hubSim.etcd.signal("SIGKILL")
    // longer than the grace period after which the work agent takes away what the hub no longer knows
    yield* Effect.sleep("20 seconds")
    assert.deepStrictEqual(yield* Effect.all([oursOn(world, left), specsOn(world, left)]), stays)
    assert.strictEqual(yield* users.everything, theirs)
  }),
  longest
)

const decodeRules = Schema.decodeUnknownEffect(
  Schema.Struct({
    rules: Schema.Array(
      Schema.Struct({
        apiGroups: Schema.optionalKey(Schema.Array(Schema.String)),
        resources: Schema.optionalKey(Schema.Array(Schema.String)),
        verbs: Schema.Array(Schema.String)
      })
    )
  })
)

const allAre = (calls: ReadonlyArray<string>, status: number) => Object.fromEntries(calls.map((call) => [call, status]))

/** What our control planes and peerings on a cluster say, as text. */
const specsOn = ({ on }: TroubledWorld["world"], cluster: string) =>
  Effect.forEach([resources.controlPlanes, resources.serviceMeshPeers, resources.exportedServiceSets], (type) =>
    Effect.map(listServed(on(cluster).api, type, { labelSelector: labels.fleetLabel }), (objects) =>
      objects.map((object) => `${keyOf(object)} ${canonicalJson(object["spec"])}`).sort()
    )
  )

/** Asks for the identity of the victim's agent, as the klusterlet whose credentials are in `folder`; returns the name. */
const request = Effect.fnUntraced(function* (
  hub: { readonly server: string; readonly authority: { readonly certificate: string } },
  folder: string
) {
  const read = (file: string): string => readFileSync(join(folder, file), "utf8")
  const api = yield* makeKubeApi(
    connectionTo(hub.server, { ca: hub.authority.certificate, certificate: read("tls.crt"), key: read("tls.key") })
  )
  const { groups, user } = agentIdentity(victim, labels.addonName)
  const pem = yield* Effect.promise(() => makeCertificateRequest(user, groups))
  const made = yield* api.create(resources.certificateSigningRequests, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: {
      name: `addon-${randomUUID()}`,
      labels: {
        "open-cluster-management.io/cluster-name": victim,
        "open-cluster-management.io/addon-name": labels.addonName
      }
    },
    spec: {
      request: Buffer.from(pem).toString("base64"),
      signerName: kubeClientSigner,
      usages: ["digital signature", "key encipherment", "client auth"]
    }
  })
  return made.metadata.name
})

const isApproved = (name: string) =>
  Effect.map(
    started.world.hub.get(resources.certificateSigningRequests, { name }),
    (csr) => statusOf(csr).conditions?.some(({ type }) => type === "Approved") ?? false
  )
