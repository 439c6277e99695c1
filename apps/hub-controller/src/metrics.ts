import type { StatusPlan } from "@multicluster-mesh/federation-planner"
import { resources } from "@multicluster-mesh/mesh-model"
import { measureWrite } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import { type Change, typeOf } from "./Change.ts"

// What `/metrics` shows of the hub controller, beside what the transport shows.

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Time from reading the copies to the writes that are due. */
export const planSeconds = Metric.histogram("mesh_addon_plan_duration_seconds", {
  description: "Time to plan the whole fleet and to see what differs.",
  boundaries: seconds
})

/** Kinds whose copy may be stale; above 0, what exists is left as it is. */
export const staleCopies = Metric.gauge("mesh_addon_stale_copies", {
  description:
    "Kinds of which the hub controller may not know the newest; while there is one, it changes nothing that exists."
})

/** Labels: step, ready. */
const peerings = Metric.gauge("mesh_addon_peerings", {
  description: "MeshPeerings by the step that they are at, and by their condition Ready."
})

/** Labels: state. */
const services = Metric.gauge("mesh_addon_services", {
  description: "Services that MeshFederations offer, each as often as it has importers, by how far they are."
})

/** Counts and times one write; `isWritten` says whether its result tells of a change. */
export const measuredWrite = <A>(change: Change, isWritten: (result: A) => boolean) =>
  measureWrite({ kind: typeOf(change).kind, action: actions[change._tag] }, isWritten)

const actions: { readonly [tag in Change["_tag"]]: string } = {
  ApplyWork: "apply",
  ApplyObject: "apply",
  DeleteWork: "delete",
  DeleteObject: "delete",
  SetFinalizer: "finalizer",
  WriteStatus: "status"
}

/** Counts the services of a plan's federations by state; a state that none is in is shown as 0. */
export const countServices = Effect.fnUntraced(function* (statuses: ReadonlyArray<StatusPlan>) {
  const federations = statuses.filter(({ type }) => type === resources.meshFederations)
  for (const state of ["imported", "pending", "refused"]) {
    const counts = federations.map(({ fields }) => numberAt(fields["serviceCounts"], state))
    yield* Metric.update(
      Metric.withAttributes(services, { state }),
      counts.reduce((sum, count) => sum + count, 0)
    )
  }
})

const numberAt = (fields: unknown, name: string): number =>
  Predicate.hasProperty(fields, name) && Predicate.isNumber(fields[name]) ? fields[name] : 0

/** Makes the counting of the peerings of a plan; a step that has none left is shown as 0. */
export const peeringCounter = () => {
  const shown = new Map<string, { readonly step: string; readonly ready: string }>()
  return Effect.fnUntraced(function* (statuses: ReadonlyArray<StatusPlan>) {
    const counts = new Map<string, number>()
    for (const { type, fields, verdicts } of statuses) {
      if (type !== resources.meshPeerings) continue
      const step = String(fields["step"])
      const ready = verdicts.find((verdict) => verdict.type === "Ready")?.status ?? "Unknown"
      const key = `${step} ${ready}`
      shown.set(key, { step, ready })
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    for (const [key, attributes] of shown) {
      yield* Metric.update(Metric.withAttributes(peerings, attributes), counts.get(key) ?? 0)
    }
  })
}
