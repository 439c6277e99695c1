import { type Connection, connectionTo } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { request } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type AuditedCall, auditLog, auditPolicy } from "./audit.ts"
import { type Authority, makeAuthority, signingKey } from "./certificates.ts"
import { etcdAt } from "./etcd.ts"
import { freePort } from "./freePort.ts"
import { kubeTools } from "./KubeTools.ts"
import { rememberState } from "./rememberState.ts"
import { type RunningProcess, startProcess } from "./startProcess.ts"
import { TestenvError } from "./TestenvError.ts"

/** A real etcd with a real kube-apiserver, for as long as a scope lives. */
export interface ControlPlane {
  readonly server: string
  /** As an administrator. */
  readonly connection: Connection
  /** For kubectl, as an administrator. */
  readonly kubeconfig: string
  readonly authority: Authority
  /** Logs and certificates; goes with the scope. */
  readonly folder: string
  readonly etcd: RunningProcess
  /**
   * Kills the API server, and after `pause` starts another one on the same port and data; returns when it is ready.
   *
   * Errors: `TestenvError` with the end of its log when it does not come up again.
   */
  readonly restartApiServer: (pause: Duration.Input) => Effect.Effect<void, TestenvError>
  /** From now on clients are known that these authorities signed (PEM), beside `authority`; others no more. */
  readonly trustClients: (authorities: ReadonlyArray<string>) => Effect.Effect<void>
  /** Compacts etcd: what happened before now is forgotten. */
  readonly forget: Effect.Effect<void, TestenvError>
  /** What clients have asked it since it started or was wiped, the administrator's own calls left out. */
  readonly calls: Effect.Effect<ReadonlyArray<AuditedCall>>
  /** Brings all that it keeps back to what was there when it had started. */
  readonly wipe: Effect.Effect<void, TestenvError>
}

/**
 * Starts etcd and kube-apiserver on free ports of loopback; takes 4 to 9 seconds.
 *
 * Errors: `TestenvError` with the end of the log of the process that did not come up.
 */
export const startControlPlane = Effect.fnUntraced(function* (name: string) {
  const tools = yield* kubeTools
  const folder = yield* temporaryFolder(name)
  const authority = yield* Effect.promise(() => makeAuthority(`${name}-ca`))
  const serving = yield* Effect.promise(() => authority.signServer("kube-apiserver", ["127.0.0.1", "localhost"]))
  const admin = yield* Effect.promise(() => authority.signClient("admin", ["system:masters"]))
  const file = (path: string, text: string): string => {
    const full = join(folder, path)
    writeFileSync(full, text, { mode: 0o600 })
    return full
  }
  const accounts = signingKey()
  file("ca.crt", authority.certificate)
  file("ca.key", authority.key)
  const [etcdPort, peerPort, port] = [yield* freePort, yield* freePort, yield* freePort]
  const etcd = yield* startProcess({
    name: "etcd",
    command: tools.etcd,
    folder,
    args: [
      `--data-dir=${join(folder, "etcd")}`,
      "--unsafe-no-fsync",
      "--log-level=error",
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`
    ]
  })
  const trustClients = (authorities: ReadonlyArray<string>) =>
    Effect.sync(() => file("clients.crt", [authority.certificate, ...authorities].join("\n")))
  const clients = yield* trustClients([])
  const audit = auditLog(folder)
  const startApiServer = startProcess({
    name: "kube-apiserver",
    command: tools.apiServer,
    folder,
    args: [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--tls-cert-file=${file("serving.crt", serving.certificate)}`,
      `--tls-private-key-file=${file("serving.key", serving.key)}`,
      `--client-ca-file=${clients}`,
      `--service-account-key-file=${file("accounts.pub", accounts.publicKey)}`,
      `--service-account-signing-key-file=${file("accounts.key", accounts.key)}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--authorization-mode=RBAC",
      `--audit-policy-file=${file("audit.json", auditPolicy)}`,
      `--audit-log-path=${audit.file}`,
      "--service-cluster-ip-range=10.0.0.0/24",
      "--disable-admission-plugins=ServiceAccount",
      "--endpoint-reconciler-type=none"
    ]
  })
  const server = `https://127.0.0.1:${port}`
  const scope = yield* Effect.scope
  let apiServer: RunningProcess | undefined
  const start = Effect.gen(function* () {
    const started = yield* startApiServer
    apiServer = started
    yield* Effect.raceFirst(ready(server, authority.certificate), Effect.raceFirst(etcd.ended, started.ended))
  }).pipe(Scope.provide(scope))
  yield* start
  const store = etcdAt(etcdPort)
  yield* hasNamespaces(store)
  const restore = yield* rememberState(store)
  const result: ControlPlane = {
    server,
    connection: connectionTo(server, {
      ca: authority.certificate,
      certificate: admin.certificate,
      key: admin.key
    }),
    kubeconfig: kubeconfigOf(server, authority.certificate, {
      "client-certificate-data": base64(admin.certificate),
      "client-key-data": base64(admin.key)
    }),
    authority,
    folder,
    etcd,
    restartApiServer: (pause) =>
      Effect.gen(function* () {
        if (apiServer !== undefined) {
          yield* apiServer.signal("SIGKILL")
          yield* apiServer.exited
        }
        yield* Effect.sleep(pause)
        yield* start
      }),
    trustClients: (authorities) => Effect.asVoid(trustClients(authorities)),
    forget: store.compact,
    calls: audit.calls,
    wipe: Effect.andThen(Effect.andThen(trustClients([]), restore), audit.clear)
  }
  return result
})

const temporaryFolder = (name: string) =>
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), `testenv-${name}-`))),
    (folder, exit) =>
      Effect.sync(() => {
        if (exit._tag === "Success") rmSync(folder, { recursive: true, force: true })
        else process.stderr.write(`the logs of what failed are in ${folder}\n`)
      })
  )

/** Asks `/readyz` until it says ok. */
const ready = (server: string, ca: string): Effect.Effect<void, TestenvError> =>
  Effect.callback<void, TestenvError>((resume) => {
    const failed = (problem: string) => resume(Effect.fail(new TestenvError({ part: server, problem })))
    const call = request(`${server}/readyz`, { ca, timeout: 2000 }, (response) => {
      response.resume()
      if (response.statusCode === 200) resume(Effect.void)
      else failed(`/readyz says ${response.statusCode}`)
    })
    call.once("error", (cause) => failed(cause.message))
    call.once("timeout", () => call.destroy(new Error("no answer")))
    call.end()
  }).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(600)])))

/** An API server makes its own namespaces only after it has said that it is ready. */
const hasNamespaces = (store: ReturnType<typeof etcdAt>): Effect.Effect<void, TestenvError> =>
  store.readAll.pipe(
    Effect.filterOrFail(
      (entries) => {
        const paths = new Set(entries.map(({ key }) => Buffer.from(key, "base64").toString()))
        return ["default", "kube-node-lease", "kube-public", "kube-system"].every((name) =>
          paths.has(`/registry/namespaces/${name}`)
        )
      },
      () => new TestenvError({ part: "kube-apiserver", problem: "its own namespaces do not appear" })
    ),
    Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(300)])),
    Effect.asVoid
  )

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** A kubeconfig for one user of one API server. */
export const kubeconfigOf = (server: string, ca: string, user: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "testenv", cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [{ name: "admin", user }],
    contexts: [{ name: "testenv", context: { cluster: "testenv", user: "admin" } }],
    "current-context": "testenv"
  })
