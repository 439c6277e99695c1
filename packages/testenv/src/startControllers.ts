import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ControlPlane } from "./ControlPlane.ts"
import { freePort } from "./freePort.ts"
import { kubeTools } from "./KubeTools.ts"
import { startProcess } from "./startProcess.ts"
import { untilHealthy } from "./untilHealthy.ts"

/** What the objects that we deliver rely on: garbage collection, namespaces that drain, roles that are aggregated. */
const controllers = [
  "garbage-collector-controller",
  "namespace-controller",
  "clusterrole-aggregation-controller",
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller"
]
const signers = ["certificatesigningrequest-signing-controller", "certificatesigningrequest-cleaner-controller"]

export interface ControllersOptions {
  /** It also issues the certificates that have been approved, by the authority of the control plane; for so long. */
  readonly signsFor?: Duration.Input
}

/**
 * Starts kube-controller-manager for a control plane. Start it after the CustomResourceDefinitions are there: the
 * garbage collector learns of kinds that come later only every half minute.
 *
 * Errors: `TestenvError` with the end of its log when it does not come up.
 */
export const startControllers = Effect.fnUntraced(function* (
  plane: ControlPlane,
  { signsFor }: ControllersOptions = {}
) {
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
      `--controllers=${[...controllers, ...(signsFor === undefined ? [] : signers)].join(",")}`,
      ...(signsFor === undefined
        ? []
        : [
            `--cluster-signing-cert-file=${at("ca.crt")}`,
            `--cluster-signing-key-file=${at("ca.key")}`,
            `--cluster-signing-duration=${Duration.toSeconds(Duration.fromInputUnsafe(signsFor))}s`
          ]),
      `--root-ca-file=${at("ca.crt")}`,
      `--service-account-private-key-file=${at("accounts.key")}`
    ]
  })
  yield* Effect.raceFirst(untilHealthy("kube-controller-manager", port), running.ended)
  return running
})
