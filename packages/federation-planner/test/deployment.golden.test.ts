import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { parse, stringify } from "yaml"
import type { HubAction, Plan } from "@multicluster-mesh/federation-planner"
import { labels, Mesh, MeshDeployment, type KubeObject } from "@multicluster-mesh/mesh-model"
import { clusterOf, hubWith, metadataOf, now } from "@multicluster-mesh/federation-planner/testing"
import { Fleet } from "./Fleet.ts"

/** What a case writes: clusters, objects of the hub as people apply them, users' objects, and what happens. */
interface WrittenCase {
  readonly clusters: ReadonlyArray<string>
  /** Clusters that OCM does not see alive from the end of the turns on. */
  readonly away?: ReadonlyArray<string>
  readonly objects: ReadonlyArray<WrittenObject>
  readonly planted?: Readonly<Record<string, ReadonlyArray<KubeObject>>>
  readonly operatorsInstall?: boolean
  /** Turns that the world takes before its plan is looked at. Omitted: until nothing changes any more. */
  readonly turns?: number
  /** Objects, by name, that a person deletes then. */
  readonly deleted?: ReadonlyArray<string>
  /** Turns after that. Omitted: until nothing changes any more. */
  readonly turnsAfter?: number
}

interface WrittenObject {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
}

const testdata = join(import.meta.dirname, "testdata")
const cases = globSync("deployment-*.in.yaml", { cwd: testdata }).map((file) => basename(file, ".in.yaml"))

const ofKind = <S extends Schema.ConstraintDecoder<unknown>>(written: WrittenCase, kind: string, schema: S) =>
  written.objects
    .filter((object) => object.kind === kind)
    .map((object) => {
      const { name, namespace = "open-cluster-management" } = object.metadata
      const metadata = metadataOf(name, namespace, object.metadata)
      return Schema.decodeUnknownSync(schema)({ ...object, apiVersion: labels.apiVersion, metadata })
    })

const playCase = (name: string): Fleet => {
  const written: WrittenCase = parse(readFileSync(join(testdata, `${name}.in.yaml`), "utf8"))
  const { away = [], deleted, operatorsInstall = true, planted = {}, turns, turnsAfter } = written
  const state = hubWith({
    clusters: written.clusters.map((cluster) => clusterOf(cluster)),
    meshes: ofKind(written, "Mesh", Mesh),
    deployments: ofKind(written, "MeshDeployment", MeshDeployment)
  })
  const fleet = new Fleet(state, { planted, operatorsInstall })
  play(fleet, turns)
  fleet.state = {
    ...fleet.state,
    clusters: fleet.state.clusters.map((cluster) => ({ ...cluster, available: !away.includes(cluster.name) }))
  }
  if (deleted === undefined) return fleet
  const ended = <A extends { readonly metadata: { readonly name: string } }>(one: A): A =>
    deleted.includes(one.metadata.name) ? { ...one, metadata: { ...one.metadata, deletionTimestamp: now } } : one
  fleet.state = {
    ...fleet.state,
    meshes: fleet.state.meshes.map(ended),
    deployments: fleet.state.deployments.map(ended)
  }
  play(fleet, turnsAfter)
  return fleet
}

const play = (fleet: Fleet, turns: number | undefined): void => {
  if (turns === undefined) fleet.settle()
  else for (let turn = 0; turn < turns; turn++) fleet.turn()
}

/** What the plan says, without what repeats itself. */
const outcomeOf = (fleet: Fleet, plan: Plan) => ({
  onClusters: Object.fromEntries(fleet.clusters.map((cluster) => [cluster, fleet.on(cluster)])),
  works: plan.works,
  hub: plan.objects.map(actionOf),
  statuses: plan.statuses.map(({ fields, name, type, verdicts }) => ({ kind: type.kind, name, verdicts, fields })),
  explanations: plan.explanations.map(({ chain, cluster, object, work }) => ({
    cluster,
    object: `${object.kind} ${object.metadata.name}`,
    work,
    chain
  })),
  recheckAt: plan.recheckAt
})

const actionOf = (action: HubAction) =>
  action._tag === "ApplyObject" ? { apply: action.object } : { ...action, type: action.type.kind }

// `vitest -u` rewrites the golden files; review their diff
describe("deployment", () => {
  it.each(cases)("plans what is expected of %s", async (name) => {
    const fleet = playCase(name)
    const golden = stringify(outcomeOf(fleet, fleet.plan()), { aliasDuplicateObjects: false, lineWidth: 0 })
    await expect(golden).toMatchFileSnapshot(`testdata/${name}.golden.yaml`)
  })
})
