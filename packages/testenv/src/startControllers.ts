import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { writeFileSync } from "node:fs"
import { request } from "node:https"
import { join } from "node:path"
import type { ControlPlane } from "./ControlPlane.ts"
import { freePort } from "./freePort.ts"
import { kubeTools } from "./KubeTools.ts"
import { startProcess } from "./startProcess.ts"
import { TestenvError } from "./TestenvError.ts"

/** What the objects that we deliver rely on: garbage collection, namespaces that drain, roles that are aggregated. */
const controllers = [
  "garbage-collector-controller",
  "namespace-controller",
  "clusterrole-aggregation-controller",
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller"
]

/**
 * Starts kube-controller-manager for a control plane. Start it after the CustomResourceDefinitions are there: the
 * garbage collector learns of kinds that come later only every half minute.
 *
 * Errors: `TestenvError` with the end of its log when it does not come up.
 */
export const startControllers = Effect.fnUntraced(function* (plane: ControlPlane) {
  const tools = yield* kubeTools
  const port = yield* freePort
  const kubeconfig = join(plane.folder, "admin.kubeconfig")
  writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 })
  const at = (file: string) => join(plane.folder, file)
  const running = yield* startProcess({
    name: "kube-controller-manager",
    command: tools.controllerManager,
    folder: plane.folder,
    args: [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${at("kube-controller-manager")}`,
      "--leader-elect=false",
      `--controllers=${controllers.join(",")}`,
      `--root-ca-file=${at("ca.crt")}`,
      `--service-account-private-key-file=${at("accounts.key")}`
    ]
  })
  yield* Effect.raceFirst(healthy(port), running.ended)
  return running
})

/** Asks `/healthz` until it says ok; the certificate is one that the process made for itself. */
const healthy = (port: number): Effect.Effect<void, TestenvError> =>
  Effect.callback<void, TestenvError>((resume) => {
    const failed = (problem: string) =>
      resume(Effect.fail(new TestenvError({ part: "kube-controller-manager", problem })))
    request(`https://127.0.0.1:${port}/healthz`, { rejectUnauthorized: false, timeout: 2000 }, (response) => {
      response.resume()
      if (response.statusCode === 200) resume(Effect.void)
      else failed(`/healthz says ${response.statusCode}`)
    })
      .once("error", (cause) => failed(cause.message))
      .end()
  }).pipe(Effect.retry(Schedule.max([Schedule.spaced("100 millis"), Schedule.recurs(300)])))
