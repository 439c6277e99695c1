import { type Connection, connectionTo, type KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { runControllers } from "../controllers/runControllers.ts"
import { isJsonObject } from "../schema/json.ts"
import type { AdmissionHook } from "./AdmissionHook.ts"
import type { ApiError } from "./ApiError.ts"
import { Raced } from "./commit.ts"
import { createObject } from "./createObject.ts"
import { type Fault, timesOf } from "./Fault.ts"
import { internalCall } from "./internalCall.ts"
import { objectOf } from "./readBody.ts"
import { type ListenFailed, serve, type TlsOptions } from "./serve.ts"
import { makeServer, type OpenWatch, type Server, type Write } from "./Server.ts"

/** An API server in memory. */
export interface KubeSim {
  readonly url: string
  /** Without credentials: where client certificates are asked for, bring one. */
  readonly connection: Connection
  /** A kubeconfig for kubectl, as YAML. */
  readonly kubeconfig: string
  /** All accepted writes that changed something, in order. */
  readonly writes: Effect.Effect<ReadonlyArray<Write>>
  /** How many requests there were, by verb and resource: `list apps/deployments`, `apply configmaps`. */
  readonly requests: Effect.Effect<Readonly<Record<string, number>>>
  /** Lets requests fail while the scope lives. */
  readonly fail: (fault: Fault) => Effect.Effect<void, never, Scope>
  /**
   * Forgets what happened before now: older resourceVersions and continue tokens are answered with 410, as after a
   * compaction of etcd.
   */
  readonly forget: Effect.Effect<void>
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
  /** Serves HTTPS. */
  readonly tls?: TlsOptions
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
  const { tls } = options
  const port = yield* serve(server, options.port ?? 0, tls)
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`
  const ca = tls === undefined ? undefined : (tls.ca ?? tls.certificate)
  return {
    url,
    connection: connectionTo(url, ca === undefined ? {} : { ca }),
    kubeconfig: kubeconfigOf(name, url, ca),
    writes: Effect.sync(() => [...server.writes]),
    requests: Effect.sync(() => Object.fromEntries(server.requests)),
    fail: (fault) => armed(server, fault),
    forget: Effect.sync(() => server.store.forget()),
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
        const armed = { fault, left: timesOf(fault) }
        server.faults.add(armed)
        for (const watch of watchesOf(server, fault)) {
          if (fault._tag === "CutWatch") watch.cut()
          if (fault._tag === "StaleWatch") watch.silence()
        }
        return armed
      }),
      (armed) => Effect.sync(() => server.faults.delete(armed))
    )
  )

const watchesOf = (server: Server, fault: Fault): ReadonlyArray<OpenWatch> =>
  [...server.watches].filter(
    (watch) =>
      (fault.group === undefined || fault.group === watch.group) &&
      (fault.resource === undefined || fault.resource === watch.resource) &&
      (fault.namespace === undefined || fault.namespace === watch.namespace)
  )

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
const kubeconfigOf = (name: string, url: string, ca: string | undefined): string => `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${url}
    ${ca === undefined ? "insecure-skip-tls-verify: true" : `certificate-authority-data: ${Buffer.from(ca).toString("base64")}`}
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
