import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { parse, stringify } from "yaml"
import { planHub } from "@multicluster-mesh/federation-planner"
import {
  byKey,
  identityKey,
  identityOf,
  labels,
  manifestsOf,
  Mesh,
  MeshDeployment,
  MeshFederation,
  MeshPeering
} from "@multicluster-mesh/mesh-model"
import {
  clusterOf,
  hubWith,
  imagineWorld,
  metadataOf,
  objectsIn,
  settle,
  type ImaginedService,
  type ImaginedWorld
} from "@multicluster-mesh/federation-planner/testing"

/** What a case writes: clusters by name, objects of the hub as people apply them, and Services on the clusters. */
interface WrittenCase {
  readonly clusters: ReadonlyArray<string>
  readonly objects: ReadonlyArray<WrittenObject>
  readonly services?: ReadonlyArray<ImaginedService>
}

interface WrittenObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const testdata = join(import.meta.dirname, "testdata")
const cases = globSync("federation-*.in.yaml", { cwd: testdata }).map((file) => basename(file, ".in.yaml"))

const ofKind = <S extends Schema.ConstraintDecoder<unknown>>(written: WrittenCase, kind: string, schema: S) =>
  written.objects
    .filter((object) => object.kind === kind)
    .map((object) =>
      Schema.decodeUnknownSync(schema)({
        ...object,
        apiVersion: labels.apiVersion,
        metadata: metadataOf(
          object.metadata.name,
          object.metadata.namespace ?? "open-cluster-management",
          object.metadata
        )
      })
    )

const readCase = (name: string): ImaginedWorld => {
  const written: WrittenCase = parse(readFileSync(join(testdata, `${name}.in.yaml`), "utf8"))
  return imagineWorld(
    hubWith({
      clusters: written.clusters.map((cluster) => clusterOf(cluster)),
      meshes: ofKind(written, "Mesh", Mesh),
      deployments: ofKind(written, "MeshDeployment", MeshDeployment),
      federations: ofKind(written, "MeshFederation", MeshFederation),
      peerings: ofKind(written, "MeshPeering", MeshPeering)
    }),
    { services: written.services ?? [] }
  )
}

/** What the world has come to: the peerings, what they put where, and what is said of them. */
const outcomeOf = (world: ImaginedWorld) => ({
  peerings: world.state.peerings
    .toSorted(byKey(({ metadata }) => metadata.name))
    .map(({ metadata: { annotations, name }, spec }) => ({ name, annotations, spec })),
  clusters: Object.fromEntries(
    world.state.clusters.map(({ name: cluster }) => [
      cluster,
      {
        gateways: objectsIn(world, cluster)
          .filter(({ kind }) => kind === "ServiceMeshControlPlane")
          .map((smcp) => ({ controlPlane: smcp.metadata.name, spec: Object(smcp["spec"])["gateways"] })),
        objects: world.state.works
          .filter(({ metadata }) => metadata.namespace === cluster)
          .filter(({ metadata }) => metadata.annotations?.[labels.unitAnnotation]?.startsWith("peering/"))
          .flatMap(manifestsOf)
          .toSorted(byKey((object) => identityKey(identityOf(object))))
      }
    ])
  ),
  statuses: planHub(world.state)
    .statuses.filter(({ type }) => type.kind === "MeshPeering" || type.kind === "MeshFederation")
    .map(({ fields, name, type, verdicts }) => ({ kind: type.kind, name, verdicts, fields }))
})

// `vitest -u` rewrites the golden files; review their diff
describe("federation", () => {
  it.each(cases)("comes to what is expected of %s", async (name) => {
    const golden = stringify(outcomeOf(settle(readCase(name))), { aliasDuplicateObjects: false, lineWidth: 0 })
    await expect(golden).toMatchFileSnapshot(`testdata/${name}.golden.yaml`)
  })
})
