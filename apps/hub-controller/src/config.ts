import {
  limitText,
  plainText,
  portText,
  rateText,
  setting,
  switchSetting,
  wordText
} from "@multicluster-mesh/ocm-transport/program"
import * as Flag from "effect/cli/Flag"
import { defaultPreDeleteLimit } from "./runHubController.ts"
import { defaultAddonNamespace } from "./runHub.ts"
import { defaultUninstallLimit } from "./uninstall/uninstall.ts"

/** What every command takes; logs are set as for any program of ours. */
const common = {
  kubeconfig: setting({
    name: "kubeconfig",
    description: "Kubeconfig file of the hub; omitted: the service account of the pod",
    text: plainText("the path of a file", "file")
  }).pipe(Flag.optional),
  context: setting({
    name: "context",
    description: "Context of the kubeconfig file; its current one when omitted",
    text: plainText("the name of a context", "name")
  }).pipe(Flag.optional),
  addonNamespace: setting({
    name: "addon-namespace",
    description: `Namespace of the add-on on the hub, which must exist; ${defaultAddonNamespace} when omitted`,
    text: plainText("a namespace", "name")
  }).pipe(Flag.withDefault(defaultAddonNamespace))
}

/** All that can be set of the hub controller, by flag or else by environment variable. */
export const flags = {
  ...common,
  leaderElect: switchSetting({
    name: "leader-elect",
    description: "Work only while this instance holds the lease, so that a second one can stand by; on when omitted"
  }).pipe(Flag.withDefault(true)),
  qps: setting({
    name: "qps",
    description: "Most calls a second to an API server, in the long run; 200 when omitted",
    text: rateText
  }).pipe(Flag.withDefault(200)),
  burst: setting({
    name: "burst",
    description: "Most calls to an API server at once, after a rest; 1000 when omitted",
    text: rateText
  }).pipe(Flag.withDefault(1000)),
  healthPort: setting({
    name: "health-port",
    description: "Port of /healthz, /readyz and /metrics; 8080 when omitted, 0 switches them off",
    text: portText
  }).pipe(Flag.withDefault(8080)),
  preDeleteLimit: setting({
    name: "pre-delete-limit",
    description:
      'How long the removal of the add-on from a cluster waits until its federations are undone, such as "10 minutes"; 2 minutes when omitted',
    text: limitText
  }).pipe(Flag.withDefault(defaultPreDeleteLimit)),
  addOnApiVersion: setting({
    name: "addon-api-version",
    description:
      "Version of OCM's add-on API: v1alpha1, v1beta1, or auto: v1alpha1 while the hub serves it, else v1beta1; auto when omitted",
    text: { ...wordText(["auto", "v1alpha1", "v1beta1"]), metavar: "version" }
  }).pipe(Flag.withDefault("auto" as const))
}

/** What can be set of its removal. */
export const uninstallFlags = {
  ...common,
  limit: setting({
    name: "limit",
    variable: "MESH_UNINSTALL_LIMIT",
    description:
      'How long to wait until the hub controller has undone all federations; longer than its --pre-delete-limit; "3 minutes" when omitted',
    text: limitText
  }).pipe(Flag.withDefault(defaultUninstallLimit))
}
