import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import { exampleText } from "../../src/applyYaml.ts"
import { imported } from "../../src/story.ts"
import { allReady } from "../../src/until.ts"
import { type ApiServer, hubNamespaces, type World } from "../../src/World.ts"

export const stageClusters = ["managedcluster1", "managedcluster2"] as const

/** What a user does, and how one sees, without faults, that it has come true. */
export interface Stage {
  readonly name: string
  /** Whether our objects stay from the stage before: they must be the very same ones. */
  readonly keeps: boolean
  readonly act: (hub: KubeApi) => Effect.Effect<unknown, KubeError>
  readonly done: (world: World<ApiServer, unknown>) => Effect.Effect<boolean, KubeError>
}

const read = (file: string): KubeObject & { readonly spec: Readonly<Record<string, unknown>> } =>
  parse(exampleText(file))

const person = { fieldManager: "kubectl" }
const deployment = read("mesh-deployment.yaml")
const federation = read("mesh-federation-services.yaml")
/** The member that comes with the change; its namespace is there from the start. */
export const lateMember = "mesh-late"

const withServices = (names: ReadonlyArray<string>): KubeObject => {
  const { services } = federation.spec
  const changed = Array.isArray(services) ? services.map((service: object) => ({ ...service, names })) : []
  return { ...federation, spec: { ...federation.spec, services: changed } }
}

const ourMeshesReady = ({ hub }: World<ApiServer, unknown>) =>
  allReady(hub, resources.meshes, stageClusters.length, ({ metadata }) =>
    stageClusters.some((cluster) => metadata.name === `${cluster}-mesh`)
  )

const allDone = (...looks: ReadonlyArray<Effect.Effect<{ readonly done: boolean }, KubeError>>) =>
  Effect.map(Effect.all(looks), (seen) => seen.every(({ done }) => done))

export const stages: ReadonlyArray<Stage> = [
  {
    name: "deploy",
    keeps: false,
    act: (hub) => hub.apply(resources.meshDeployments, deployment, person),
    done: (world) => allDone(ourMeshesReady(world))
  },
  {
    name: "federate",
    keeps: true,
    act: (hub) => hub.apply(resources.meshFederations, federation, person),
    done: (world) => allDone(ourMeshesReady(world), allReady(world.hub, resources.meshPeerings, 1), imported(world, 2))
  },
  {
    name: "change",
    keeps: true,
    act: (hub) =>
      Effect.andThen(
        hub.apply(resources.meshFederations, withServices(["reviews"]), person),
        hub.apply(
          resources.meshDeployments,
          { ...deployment, spec: { ...deployment.spec, meshMemberRoll: ["mesh-bookinfo", lateMember] } },
          person
        )
      ),
    done: (world) => allDone(ourMeshesReady(world), allReady(world.hub, resources.meshPeerings, 1), imported(world, 1))
  },
  {
    name: "remove",
    keeps: false,
    act: (hub) =>
      Effect.andThen(
        removeIfThere(hub, resources.meshFederations, "mcsm"),
        removeIfThere(hub, resources.meshDeployments, "mesh")
      ),
    done: ({ hub }) =>
      Effect.map(
        Effect.all([hub.list(resources.meshPeerings), hub.list(resources.manifestWorks), hub.list(resources.meshes)]),
        ([peerings, works, meshes]) =>
          peerings.items.length === 0 &&
          works.items.every(({ metadata }) => metadata.deletionTimestamp === undefined) &&
          meshes.items.every(({ metadata }) => metadata.labels?.[labels.discoveredLabel] !== undefined)
      )
  }
]

const removeIfThere = (
  hub: KubeApi,
  type: typeof resources.meshFederations,
  name: string
): Effect.Effect<void, KubeError> =>
  Effect.asVoid(hub.delete(type, { namespace: hubNamespaces.users, name })).pipe(
    Effect.catchReason("KubeError", "NotFound", () => Effect.void)
  )
