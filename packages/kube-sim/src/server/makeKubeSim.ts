import { type Connection, connectionTo, type KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { runControllers } from "../controllers/runControllers.ts"
import { isJsonObject } from "../schema/json.ts"
import type { AdmissionHook } from "./AdmissionHook.ts"
import type { ApiError } from "./ApiError.ts"
import { Raced } from "./commit.ts"
import { createObject } from "./createObject.ts"
import type { Fault } from "./Fault.ts"
import { internalCall } from "./internalCall.ts"
import { objectOf } from "./readBody.ts"
import { type ListenFailed, serve } from "./serve.ts"
import { makeServer, type Server, type Write } from "./Server.ts"

/** An API server in memory. */
export interface KubeSim {
  readonly url: string
  readonly connection: Connection
  /** A kubeconfig for kubectl, as YAML. */
  readonly kubeconfig: string
  /** All accepted writes that changed something, in order. */
  readonly writes: Effect.Effect<ReadonlyArray<Write>>
  /** How many requests there were, by verb and resource: `list apps/deployments`, `apply configmaps`. */
  readonly requests: Effect.Effect<Readonly<Record<string, number>>>
  /** Lets requests fail while the scope lives. */
  readonly fail: (fault: Fault) => Effect.Effect<void, never, Scope>
  /** Asks `hook` before each write while the scope lives, as an admission webhook is asked. */
  readonly admit: (hook: AdmissionHook) => Effect.Effect<void, never, Scope>
}

export interface KubeSimOptions {
  /** A free one when absent. */
  readonly port?: number
  /** Names the context in the kubeconfig; servers of different names make different uids. */
  readonly name?: string
  /** CustomResourceDefinitions to begin with. */
  readonly crds?: ReadonlyArray<unknown>
  /** So many changes of each resource a watch can catch up on; 1,000 when absent. */
  readonly historySize?: number
}

/** Starts an API server that lives as long as the scope. It has the namespaces `default` and `kube-system`. */
export const makeKubeSim = Effect.fnUntraced(function* (
  options: KubeSimOptions = {}
): Effect.fn.Return<KubeSim, ApiError | ListenFailed, Scope> {
  const name = options.name ?? "kube-sim"
  const server = makeServer(name, options.historySize ?? 1000)
  for (const namespace of ["default", "kube-system", "kube-public"]) {
    yield* seed(server, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
  }
  for (const crd of options.crds ?? []) yield* seed(server, crd)
  server.writes.length = 0
  yield* runControllers(server)
  const port = yield* serve(server, options.port ?? 0)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    connection: connectionTo(url),
    kubeconfig: kubeconfigOf(name, url),
    writes: Effect.sync(() => [...server.writes]),
    requests: Effect.sync(() => Object.fromEntries(server.requests)),
    fail: (fault) => armed(server, fault),
    admit: (hook) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          server.hooks.add(hook)
        }),
        () => Effect.sync(() => server.hooks.delete(hook))
      )
  }
})

const armed = (server: Server, fault: Fault): Effect.Effect<void, never, Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        const armed = { fault, left: fault.times ?? (fault._tag === "CutWatch" ? 0 : 1) }
        server.faults.add(armed)
        if (fault._tag === "CutWatch") cutWatches(server, fault)
        return armed
      }),
      (armed) => Effect.sync(() => server.faults.delete(armed))
    )
  )

const cutWatches = (server: Server, fault: Fault): void => {
  for (const watch of server.watches) {
    if (
      (fault.group === undefined || fault.group === watch.group) &&
      (fault.resource === undefined || fault.resource === watch.resource) &&
      (fault.namespace === undefined || fault.namespace === watch.namespace)
    ) {
      watch.cut()
    }
  }
}

/** Creates an object without a request. */
const seed = Effect.fnUntraced(function* (server: Server, value: unknown) {
  const object = isJsonObject(value) ? value : {}
  const kind = server.kinds.ofKind(String(object["apiVersion"]), String(object["kind"]))
  if (kind === undefined) return yield* Effect.die(`kube-sim does not serve ${String(object["kind"])}`)
  const call = internalCall(kind, "create", "kube-sim")
  const created: Effect.Effect<KubeObject, ApiError | Raced> = createObject(server, call, yield* objectOf(call, object))
  return yield* Effect.catchTag(created, "Raced", (raced) => Effect.die(raced))
})

/** client-node talks plain HTTP only to a server whose certificate it need not check. */
const kubeconfigOf = (name: string, url: string): string => `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${url}
    insecure-skip-tls-verify: true
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}
current-context: ${name}
users:
- name: ${name}
  user:
    token: kube-sim
`
