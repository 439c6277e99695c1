import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Flag from "effect/cli/Flag"
import * as Schema from "effect/Schema"

const LogFormat = Schema.Literals(["json", "pretty"])
/** Calls for each credential; watches do not count. */
const Rate = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
const HealthPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Resync = Schema.DurationFromString.check(
  Schema.makeFilter((time) => Duration.isGreaterThan(time, Duration.zero) || 'a time such as "30 seconds"')
)

/** All that can be set, by flag or else by environment variable. `--log-level` is one of the flags of every command. */
export const flags = {
  cluster: Flag.String("cluster").pipe(
    Flag.withFallbackConfig(Config.String("MESH_CLUSTER")),
    Flag.withDescription("Name of the managed cluster on the hub [MESH_CLUSTER]")
  ),
  hubKubeconfig: Flag.String("hub-kubeconfig").pipe(
    Flag.withFallbackConfig(Config.String("MESH_HUB_KUBECONFIG")),
    Flag.withDescription("Kubeconfig file with the agent's credentials on the hub [MESH_HUB_KUBECONFIG]")
  ),
  kubeconfig: Flag.String("kubeconfig").pipe(
    Flag.withFallbackConfig(Config.String("MESH_KUBECONFIG")),
    Flag.withDescription(
      "Kubeconfig file of the managed cluster; omitted: the service account of the pod [MESH_KUBECONFIG]"
    ),
    Flag.optional
  ),
  leaseNamespace: Flag.String("lease-namespace").pipe(
    Flag.withFallbackConfig(Config.String("MESH_LEASE_NAMESPACE")),
    Flag.withDescription(
      "Namespace of the Lease that tells OCM that the agent works, the one it is installed in; omitted: none [MESH_LEASE_NAMESPACE]"
    ),
    Flag.optional
  ),
  resync: Flag.String("resync").pipe(
    Flag.withSchema(Resync),
    Flag.withFallbackConfig(Config.schema(Resync, "MESH_RESYNC")),
    Flag.withDescription(
      'How often to look again at what no watch covers, such as "1 minute"; 30 seconds when omitted [MESH_RESYNC]'
    ),
    Flag.withDefault(Duration.seconds(30))
  ),
  qps: Flag.Int("qps").pipe(
    Flag.withSchema(Rate),
    Flag.withFallbackConfig(Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(Rate)), "MESH_QPS")),
    Flag.withDescription("Most calls a second to an API server, in the long run; 20 when omitted [MESH_QPS]"),
    Flag.withDefault(20)
  ),
  burst: Flag.Int("burst").pipe(
    Flag.withSchema(Rate),
    Flag.withFallbackConfig(Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(Rate)), "MESH_BURST")),
    Flag.withDescription("Most calls to an API server at once, after a rest; 40 when omitted [MESH_BURST]"),
    Flag.withDefault(40)
  ),
  healthPort: Flag.Int("health-port").pipe(
    Flag.withSchema(HealthPort),
    Flag.withFallbackConfig(
      Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(HealthPort)), "MESH_HEALTH_PORT")
    ),
    Flag.withDescription(
      "Port of /healthz, /readyz and /metrics; 8081 when omitted, 0 switches them off [MESH_HEALTH_PORT]"
    ),
    Flag.withDefault(8081)
  ),
  logFormat: Flag.Literals("log-format", LogFormat.literals).pipe(
    Flag.withFallbackConfig(Config.schema(LogFormat, "MESH_LOG_FORMAT")),
    Flag.withDescription("json: one object a line; pretty: for people; json when omitted [MESH_LOG_FORMAT]"),
    Flag.withDefault("json" as const)
  )
}
