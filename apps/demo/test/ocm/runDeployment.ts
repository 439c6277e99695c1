import { canonicalJson, resources } from "@multicluster-mesh/mesh-model"
import { type KubeApi, type KubeObject, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { find } from "../observing.ts"
import { type PodOptions, runPod } from "./runPod.ts"

export interface DeploymentToRun extends PodOptions {
  readonly namespace: string
  readonly name: string
}

/** The tag of an image that no registry has. */
export const missingTag = "missing"

/**
 * Runs the pod of a Deployment for as long as that is there and its template stays as it is, and another pod for each
 * template, or Deployment, that follows under its name; returns once the first one runs. A pod whose image is missing
 * does not become ready, and the one before stays. The status of the Deployment says how far that is.
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
    const seen = yield* Effect.option(look)
    // an API server that does not answer says nothing of it
    if (Option.isNone(seen)) return
    const found = seen.value
    const isSame = found !== undefined && idOf(found) === current.id
    if (found !== undefined && (isSame || wantsMissing(found))) {
      const isReady = Effect.isSuccess(Effect.timeout(current.pod.answersReady, "2 seconds"))
      yield* Effect.ignore(tellStatus(api, found, { isReady: yield* isReady, isSame }))
      return
    }
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

const wantsMissing = (deployment: KubeObject): boolean =>
  new RegExp(`"image":"[^"]*:${missingTag}"`, "u").test(canonicalJson(deployment["spec"]))

/** Says in the status of a Deployment what Kubernetes would: all its replicas are the one pod. */
const tellStatus = Effect.fnUntraced(function* (
  api: KubeApi,
  { metadata: { generation, name, namespace = "" }, spec, status }: KubeObject,
  pod: { readonly isReady: boolean; readonly isSame: boolean }
) {
  const replicas = Predicate.isReadonlyObject(spec) ? Number(spec["replicas"]) : 1
  const available = pod.isReady ? replicas : 0
  const now = {
    observedGeneration: generation,
    // beside the old ones there is one that does not become ready
    replicas: pod.isSame ? replicas : replicas + 1,
    updatedReplicas: pod.isSame ? replicas : 1,
    readyReplicas: available,
    availableReplicas: available
  }
  const before = Predicate.isReadonlyObject(status) ? status : {}
  if (Object.entries(now).every(([field, value]) => (before[field] ?? 0) === value)) return
  yield* api.patch(resources.deployments, { namespace, name }, { status: now }, { subresource: "status" })
})

/** Says which Deployment it is, and which pods it wants. */
const idOf = (deployment: KubeObject): string => {
  const spec = Predicate.isReadonlyObject(deployment["spec"]) ? deployment["spec"] : {}
  return `${deployment.metadata.uid} ${canonicalJson(spec["template"])}`
}
