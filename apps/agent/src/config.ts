import {
  intervalText,
  plainText,
  portText,
  rateText,
  requiredSetting,
  setting
} from "@multicluster-mesh/ocm-transport/program"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const clusterName = {
  schema: Schema.String.check(Schema.isPattern(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u)),
  expected: "the name of a ManagedCluster: at most 63 of a-z, 0-9 and -, with a letter or digit at both ends",
  metavar: "name"
}
const file = plainText("the path of a file", "file")

/** All that can be set of the agent, by flag or else by environment variable; logs are set as for any program of ours. */
export const flags = {
  cluster: requiredSetting({
    name: "cluster",
    description: "Name of the managed cluster on the hub",
    text: clusterName
  }),
  hubKubeconfig: requiredSetting({
    name: "hub-kubeconfig",
    description: "Kubeconfig file with the agent's credentials on the hub",
    text: file
  }),
  kubeconfig: setting({
    name: "kubeconfig",
    description: "Kubeconfig file of the managed cluster; omitted: the service account of the pod",
    text: file
  }).pipe(Flag.optional),
  leaseNamespace: setting({
    name: "lease-namespace",
    description:
      "Namespace of the Lease that tells OCM that the agent works, the one it is installed in; omitted: none",
    text: plainText("a namespace", "name")
  }).pipe(Flag.optional),
  resync: setting({
    name: "resync",
    description: 'How often to look again at what no watch covers, such as "1 minute"; 30 seconds when omitted',
    text: intervalText
  }).pipe(Flag.withDefault(Duration.seconds(30))),
  qps: setting({
    name: "qps",
    description: "Most calls a second to an API server, in the long run; 20 when omitted",
    text: rateText
  }).pipe(Flag.withDefault(20)),
  burst: setting({
    name: "burst",
    description: "Most calls to an API server at once, after a rest; 40 when omitted",
    text: rateText
  }).pipe(Flag.withDefault(40)),
  healthPort: setting({
    name: "health-port",
    description: "Port of /healthz, /readyz and /metrics; 8081 when omitted, 0 switches them off",
    text: portText
  }).pipe(Flag.withDefault(8081))
}
