import { canonicalJson, resources } from "@multicluster-mesh/mesh-model"
import { type KubeObject, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { find } from "../observing.ts"
import { type PodOptions, runPod } from "./runPod.ts"

export interface DeploymentToRun extends PodOptions {
  readonly namespace: string
  readonly name: string
}

/**
 * Runs the pod of a Deployment for as long as that is there and its template stays as it is, and another pod for each
 * template, or Deployment, that follows under its name; returns once the first one runs.
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
    return { id: idOf(object), life, pod }
  })
  let current = yield* begin
  yield* Effect.gen(function* () {
    yield* Effect.sleep("500 millis")
    const isSame = yield* look.pipe(
      Effect.map((found) => found !== undefined && idOf(found) === current.id),
      // an API server that does not answer says nothing of it
      Effect.orElseSucceed(() => true)
    )
    if (isSame) return
    yield* current.pod.stop
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

/** Says which Deployment it is, and which pods it wants. */
const idOf = (deployment: KubeObject): string => {
  const spec = Predicate.isReadonlyObject(deployment["spec"]) ? deployment["spec"] : {}
  return `${deployment.metadata.uid} ${canonicalJson(spec["template"])}`
}
