import * as Metric from "effect/Metric"

// What `/metrics` shows of this package; names as Prometheus wants them, under one prefix.

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Labels: host, verb (the first word of the call), code (`none` without an answer). */
export const apiRequests = Metric.counter("mesh_addon_api_requests_total", {
  description: "Requests to API servers, by answer; a watch counts when it begins.",
  incremental: true
})

/** Labels: host, verb. */
export const apiRequestSeconds = Metric.histogram("mesh_addon_api_request_duration_seconds", {
  description: "Time from sending a request to the end of its answer, watches excepted.",
  boundaries: seconds
})

/** Labels: host. */
export const rateLimitWaitSeconds = Metric.histogram("mesh_addon_api_rate_limit_wait_seconds", {
  description: "Time that requests waited for our own rate limit; those that did not wait are not counted.",
  boundaries: seconds
})

/** Labels: resource, reason (`ended` by the server, or the reason of the fault). */
export const watchRestarts = Metric.counter("mesh_addon_watch_restarts_total", {
  description: "Watches of informers that ended and began again.",
  incremental: true
})

/** Labels: loop, result. */
export const reconcileRuns = Metric.counter("mesh_addon_reconcile_total", {
  description: "Finished runs by loop and result: done, again (asked for a further run) or failed.",
  incremental: true
})

/** Labels: loop. */
export const reconcileSeconds = Metric.histogram("mesh_addon_reconcile_duration_seconds", {
  description: "Time of one run of a key.",
  boundaries: seconds
})

/** Labels: loop. */
export const reconcileQueueDepth = Metric.gauge("mesh_addon_reconcile_queue_depth", {
  description: "Keys that wait for a free worker."
})

/** Labels: lease. */
export const leader = Metric.gauge("mesh_addon_leader", {
  description: "1 while this process holds the lease, 0 while it stands by."
})

/** Labels: kind, action, result. */
export const hubWrites = Metric.counter("mesh_addon_hub_writes_total", {
  description:
    "Writes that a plan or the delivery of agents asked for, by what came of them: written, unchanged (the server had it so) or failed.",
  incremental: true
})

/** Labels: kind. */
export const hubWriteSeconds = Metric.histogram("mesh_addon_hub_write_duration_seconds", {
  description: "Time of such a write, its repeats by the client included.",
  boundaries: seconds
})
