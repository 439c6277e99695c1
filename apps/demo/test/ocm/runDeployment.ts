import { resources } from "@multicluster-mesh/mesh-model"
import { makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { find } from "../observing.ts"
import { type PodOptions, runPod } from "./runPod.ts"

export interface DeploymentToRun extends PodOptions {
  readonly namespace: string
  readonly name: string
}

/**
 * Runs the pod of a Deployment for as long as that is there, and another pod for each Deployment that follows under its
 * name; returns once the first one runs.
 */
export const runDeployment = Effect.fnUntraced(function* (deployment: DeploymentToRun) {
  const { app, name, namespace, onEnd, plane } = deployment
  const api = yield* makeKubeApi(plane.connection)
  const pods = yield* Effect.flatMap(Effect.scope, (scope) => Scope.fork(scope))
  const look = find(api, resources.deployments, { namespace, name })
  const begin = Effect.gen(function* () {
    const object = yield* look.pipe(
      Effect.filterOrFail((found) => found !== undefined),
      Effect.retry(Schedule.spaced("200 millis"))
    )
    const life = yield* Scope.fork(pods)
    const pod = yield* Scope.provide(runPod(api, object, deployment), life)
    return { uid: object.metadata.uid, life, pod }
  })
  let current = yield* begin
  yield* Effect.gen(function* () {
    yield* Effect.sleep("500 millis")
    const isThere = yield* look.pipe(
      Effect.map((found) => found?.metadata.uid === current.uid),
      // an API server that does not answer says nothing of it
      Effect.orElseSucceed(() => true)
    )
    if (isThere) return
    yield* Scope.close(current.life, Exit.void)
    current = yield* begin
  }).pipe(
    Effect.tapCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.void
        : Effect.sync(() => onEnd(`${app} has no pod: ${Cause.pretty(cause)}`))
    ),
    Effect.forever,
    Effect.forkScoped
  )
  return {
    user: current.pod.user,
    /** Waits until the pod that there is then says that it is ready. */
    ready: Effect.suspend(() => current.pod.answersReady).pipe(
      Effect.retry(Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(600)])),
      Effect.asVoid
    ),
    running: Effect.suspend(() => current.pod.running),
    kill: Effect.suspend(() => current.pod.kill)
  }
})
