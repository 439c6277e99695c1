import type { HubState } from "@multicluster-mesh/federation-planner"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"

export const Seed = Schema.Int

/** `list` in an order that depends on `seed` alone. */
const shuffled = <A>(list: ReadonlyArray<A>, seed: number): ReadonlyArray<A> =>
  Effect.runSync(Random.withSeed(Random.shuffle(list), seed))

/** The same hub, with all lists in which nothing is said by order in an order that depends on `seed` alone. */
export const shuffledState = (state: HubState, seed: number): HubState => ({
  ...state,
  clusters: shuffled(state.clusters, seed).map((cluster) => {
    const report = cluster.agent?.status?.report
    return cluster.agent === undefined || report === undefined
      ? cluster
      : {
          ...cluster,
          agent: {
            ...cluster.agent,
            status: {
              ...cluster.agent.status,
              report: {
                ...report,
                parts: shuffled(report.parts, seed),
                objects: shuffled(report.objects, seed),
                operators: shuffled(report.operators, seed),
                controlPlanes: shuffled(report.controlPlanes, seed)
              }
            }
          }
        }
  }),
  meshes: shuffled(state.meshes, seed),
  deployments: shuffled(state.deployments, seed),
  federations: shuffled(state.federations, seed),
  peerings: shuffled(state.peerings, seed),
  works: shuffled(state.works, seed),
  found: shuffled(state.found, seed)
})
