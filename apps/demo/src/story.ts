import { callService } from "@multicluster-mesh/kube-sim"
import {
  decodeMeshDeployment,
  decodeMeshFederation,
  isTrue,
  labels,
  type MeshDeployment,
  type MeshFederation,
  resources
} from "@multicluster-mesh/mesh-model"
import type { KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Scope } from "effect/Scope"
import { makeKubectl } from "./Kubectl.ts"
import { plantBookinfoOn, plantUsersMesh } from "./plant.ts"
import type { Narrator } from "./Narrator.ts"
import type { TableError } from "./tables.ts"
import { allReady, progressOf, until } from "./until.ts"
import { type ApiServer, hubNamespaces, type World } from "./World.ts"

const ofUsers = (name: string) => ({ namespace: hubNamespaces.users, name })

/** The main job from an empty hub to a federation; what `--keep` leaves running. */
export const tellTheStory = Effect.fnUntraced(function* (
  world: World<ApiServer, unknown>,
  narrator: Narrator,
  readTable: (path: string) => Effect.Effect<unknown, TableError>,
  startProduct: Effect.Effect<unknown, unknown, Scope> = world.startProduct()
) {
  const { chapter, say, show } = narrator
  const kubectl = makeKubectl(world.hub, narrator, readTable)

  yield* chapter("Discover: what is there already")
  const planted = yield* plantUsersMesh(world, "managedcluster3")
  yield* say("Someone runs a mesh of their own on managedcluster3: control plane istio-system/basic.")
  yield* until(narrator, "its operator has installed it", planted.ready)
  const before = yield* settled(planted.everything)
  yield* startProduct
  yield* until(narrator, "the hub shows it as a Mesh", allReady(world.hub, resources.meshes, 1))
  yield* kubectl.get(resources.meshes, "managedcluster3")
  yield* say("It is observed, and nothing of it is touched.")

  yield* chapter("Deploy: one template, two clusters")
  yield* kubectl.cat("mesh-deployment.yaml")
  yield* kubectl.apply("mesh-deployment.yaml")
  yield* until(
    narrator,
    "both meshes are ready",
    allReady(world.hub, resources.meshes, 2, (mesh) => mesh.metadata.namespace !== "managedcluster3")
  )
  yield* kubectl.get(resources.meshes)

  yield* chapter("Federate: the two meshes may reach each other")
  yield* kubectl.cat("mesh-federation.yaml")
  yield* kubectl.apply("mesh-federation.yaml")
  yield* until(narrator, "the pair is proven in both directions", allReady(world.hub, resources.meshPeerings, 1))
  yield* kubectl.get(resources.meshPeerings)

  yield* chapter("Offer services: reviews and ratings of managedcluster2, called from managedcluster1")
  yield* plantBookinfoOn(world, "managedcluster1", "managedcluster2")
  yield* say(
    "Bookinfo is deployed on both clusters; managedcluster1 has the Services, managedcluster2 also what serves them."
  )
  yield* kubectl.apply("mesh-federation-services.yaml")
  yield* until(narrator, "both services are imported", imported(world, 2))
  const federation = yield* federationNamed(world, "mcsm")
  yield* kubectl.getPath(
    resources.meshFederations,
    ofUsers("mcsm"),
    '{range .status.services[*]}{.service} -> {.host} ({.state}){"\\n"}{end}',
    (federation.status?.services ?? [])
      .map((service) => `${service.service} -> ${service.host} (${service.state})`)
      .join("\n")
  )
  const caller = { cluster: "managedcluster1", namespace: "mesh-system", name: "mesh" }
  const call = callService(world.network, caller, "reviews.mesh-bookinfo.svc.cluster.local")
  yield* say("A workload of managedcluster1-mesh calls http://reviews.mesh-bookinfo:9080; along gateways and trust:")
  yield* show(
    call._tag === "Answered"
      ? `answered by Service ${call.namespace}/${call.service} on ${call.cluster}`
      : `not answered: ${JSON.stringify(call)}`
  )
  if (call._tag !== "Answered") yield* Effect.die("the imported service does not answer")

  yield* chapter("A wish that cannot be granted")
  yield* kubectl.apply("mesh-federation-wrong.yaml")
  yield* until(narrator, "it is refused, and says why", refused(world, "wrong"))
  const { status: wrong } = yield* federationNamed(world, "wrong")
  yield* kubectl.getPath(
    resources.meshFederations,
    ofUsers("wrong"),
    '{range .status.notFederated[*]}{.reason}: {.message}{"\\n"}{end}',
    (wrong?.notFederated ?? []).map(({ message, reason }) => `${reason}: ${message}`).join("\n")
  )

  yield* chapter("What there is now")
  for (const type of [resources.meshes, resources.meshDeployments, resources.meshFederations, resources.meshPeerings])
    yield* kubectl.get(type)
  const deployment = yield* deploymentNamed(world, "mesh")
  const { appliedMeshes } = deployment.status ?? {}
  yield* kubectl.getPath(
    resources.meshDeployments,
    ofUsers("mesh"),
    "{.status.appliedMeshes}",
    JSON.stringify(appliedMeshes)
  )
  const { federatedMeshes } = federation.status ?? {}
  yield* kubectl.getPath(
    resources.meshFederations,
    ofUsers("mcsm"),
    "{.status.federatedMeshes}",
    JSON.stringify(federatedMeshes)
  )
  return { before, everything: planted.everything }
})

/** Deletes all that the story made, and proves that the user's mesh is as it was. */
export const takeItAllAway = Effect.fnUntraced(function* (
  world: World<ApiServer, unknown>,
  narrator: Narrator,
  users: { readonly before: string; readonly everything: Effect.Effect<string, KubeError> }
) {
  const kubectl = makeKubectl(world.hub, narrator, () => Effect.succeed(undefined))
  yield* narrator.chapter("Delete everything: what is ours goes, what is not stays")
  for (const name of ["wrong", "mcsm"]) yield* kubectl.delete(resources.meshFederations, ofUsers(name))
  yield* kubectl.delete(resources.meshDeployments, ofUsers("mesh"))
  yield* until(narrator, "peerings and meshes are gone, step by step", removed(world))
  yield* until(narrator, "no object of ours is left on any cluster but operators", onlyOperatorsLeft(world))
  const after = yield* users.everything
  if (after !== users.before) yield* Effect.die(`the user's mesh has changed:\nbefore ${users.before}\nafter  ${after}`)
  yield* narrator.say("✓ the user's mesh on managedcluster3 is, byte for byte, what it was before")
})

/** What a look sees once it sees the same twice: operators write their last words late. */
const settled = Effect.fnUntraced(function* <E>(look: Effect.Effect<string, E>) {
  let seen = yield* look
  for (;;) {
    yield* Effect.sleep("500 millis")
    const again = yield* look
    if (again === seen) return seen
    seen = again
  }
})

const federationNamed = ({ hub }: World<ApiServer, unknown>, name: string): Effect.Effect<MeshFederation, KubeError> =>
  Effect.flatMap(hub.get(resources.meshFederations, { namespace: hubNamespaces.users, name }), (object) =>
    Effect.orDie(decodeMeshFederation(object))
  )

const deploymentNamed = ({ hub }: World<ApiServer, unknown>, name: string): Effect.Effect<MeshDeployment, KubeError> =>
  Effect.flatMap(hub.get(resources.meshDeployments, { namespace: hubNamespaces.users, name }), (object) =>
    Effect.orDie(decodeMeshDeployment(object))
  )

/** Whether the federation of the quickstart has `count` imported services. */
export const imported = (world: World<ApiServer, unknown>, count: number) =>
  Effect.map(federationNamed(world, "mcsm"), ({ status }) => {
    const services = status?.services ?? []
    return {
      done: services.length === count && services.every((service) => service.state === "Imported"),
      progress: services.flatMap(({ message, service }) => (message === "" ? [] : [`${service}: ${message}`]))
    }
  })

const refused = (world: World<ApiServer, unknown>, name: string) =>
  Effect.map(federationNamed(world, name), ({ status }) => ({
    done: (status?.notFederated ?? []).length > 0 && !isTrue(status?.conditions, "Ready"),
    progress: []
  }))

const removed = Effect.fnUntraced(function* ({ hub }: World<ApiServer, unknown>) {
  const peerings = (yield* hub.list(resources.meshPeerings)).items
  const meshes = (yield* hub.list(resources.meshes)).items.filter(
    (mesh) => mesh.metadata.namespace !== "managedcluster3"
  )
  return {
    done: peerings.length === 0 && meshes.length === 0,
    // what is Ready and not going yet has nothing to say of its end
    progress: [...peerings, ...meshes.filter(isGoing)].flatMap(progressOf)
  }
})

const isGoing = ({ spec }: KubeObject): boolean => Predicate.hasProperty(spec, "removal")

/** Everything that still carries our mark on the clusters. */
const onlyOperatorsLeft = Effect.fnUntraced(function* ({ clusters }: World<ApiServer, unknown>) {
  const left: Array<string> = []
  for (const { api, name } of clusters)
    for (const type of resources.delivered) {
      if (type === resources.subscriptions) continue
      const { items } = yield* api
        .list(type, { labelSelector: labels.fleetLabel, metadataOnly: true })
        .pipe(Effect.catchReason("KubeError", "NotServed", () => Effect.succeed({ items: [] })))
      left.push(...items.map((object) => `${name}: ${type.kind} ${object.metadata.name}`))
    }
  return { done: left.length === 0, progress: left }
})
