import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Flag from "effect/cli/Flag"
import * as Schema from "effect/Schema"
import { defaultPreDeleteLimit } from "./runHubController.ts"
import { defaultAddonNamespace } from "./runHub.ts"
import { defaultUninstallLimit } from "./uninstall/uninstall.ts"

const AddOnApiVersion = Schema.Literals(["auto", "v1alpha1", "v1beta1"])
const LogFormat = Schema.Literals(["json", "pretty"])
/** Calls for each credential; watches do not count. */
const Rate = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
const HealthPort = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Limit = Schema.DurationFromString.check(
  Schema.makeFilter((time) => Duration.isFinite(time) || "a time that ends")
)

/** What every command takes, as `--log-level`, which is one of the flags of each. */
const common = {
  kubeconfig: Flag.String("kubeconfig").pipe(
    Flag.withFallbackConfig(Config.String("MESH_KUBECONFIG")),
    Flag.withDescription("Kubeconfig file of the hub; omitted: the service account of the pod [MESH_KUBECONFIG]"),
    Flag.optional
  ),
  context: Flag.String("context").pipe(
    Flag.withFallbackConfig(Config.String("MESH_CONTEXT")),
    Flag.withDescription("Context of the kubeconfig file; its current one when omitted [MESH_CONTEXT]"),
    Flag.optional
  ),
  addonNamespace: Flag.String("addon-namespace").pipe(
    Flag.withFallbackConfig(Config.String("MESH_ADDON_NAMESPACE")),
    Flag.withDescription(
      `Namespace of the add-on on the hub, which must exist; ${defaultAddonNamespace} when omitted [MESH_ADDON_NAMESPACE]`
    ),
    Flag.withDefault(defaultAddonNamespace)
  ),
  logFormat: Flag.Literals("log-format", LogFormat.literals).pipe(
    Flag.withFallbackConfig(Config.schema(LogFormat, "MESH_LOG_FORMAT")),
    Flag.withDescription("json: one object a line; pretty: for people; json when omitted [MESH_LOG_FORMAT]"),
    Flag.withDefault("json" as const)
  )
}

/** All that can be set of the hub controller, by flag or else by environment variable. */
export const flags = {
  ...common,
  leaderElect: Flag.Boolean("leader-elect").pipe(
    Flag.withFallbackConfig(Config.Boolean("MESH_LEADER_ELECT")),
    Flag.withDescription(
      "Work only while this instance holds the lease, so that a second one can stand by; on when omitted [MESH_LEADER_ELECT]"
    ),
    Flag.withDefault(true)
  ),
  qps: Flag.Int("qps").pipe(
    Flag.withSchema(Rate),
    Flag.withFallbackConfig(Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(Rate)), "MESH_QPS")),
    Flag.withDescription("Most calls a second to an API server, in the long run; 200 when omitted [MESH_QPS]"),
    Flag.withDefault(200)
  ),
  burst: Flag.Int("burst").pipe(
    Flag.withSchema(Rate),
    Flag.withFallbackConfig(Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(Rate)), "MESH_BURST")),
    Flag.withDescription("Most calls to an API server at once, after a rest; 1000 when omitted [MESH_BURST]"),
    Flag.withDefault(1000)
  ),
  healthPort: Flag.Int("health-port").pipe(
    Flag.withSchema(HealthPort),
    Flag.withFallbackConfig(
      Config.schema(Schema.NumberFromString.pipe(Schema.decodeTo(HealthPort)), "MESH_HEALTH_PORT")
    ),
    Flag.withDescription(
      "Port of /healthz, /readyz and /metrics; 8080 when omitted, 0 switches them off [MESH_HEALTH_PORT]"
    ),
    Flag.withDefault(8080)
  ),
  preDeleteLimit: Flag.String("pre-delete-limit").pipe(
    Flag.withSchema(Limit),
    Flag.withFallbackConfig(Config.schema(Limit, "MESH_PRE_DELETE_LIMIT")),
    Flag.withDescription(
      'How long the removal of the add-on from a cluster waits until its federations are undone, such as "10 minutes"; 2 minutes when omitted [MESH_PRE_DELETE_LIMIT]'
    ),
    Flag.withDefault(defaultPreDeleteLimit)
  ),
  addOnApiVersion: Flag.Literals("addon-api-version", AddOnApiVersion.literals).pipe(
    Flag.withFallbackConfig(Config.schema(AddOnApiVersion, "MESH_ADDON_API_VERSION")),
    Flag.withDescription(
      "Version of OCM's add-on API: v1alpha1, v1beta1, or auto: v1alpha1 while the hub serves it, else v1beta1; auto when omitted [MESH_ADDON_API_VERSION]"
    ),
    Flag.withDefault("auto" as const)
  )
}

/** What can be set of its removal. */
export const uninstallFlags = {
  ...common,
  limit: Flag.String("limit").pipe(
    Flag.withSchema(Limit),
    Flag.withFallbackConfig(Config.schema(Limit, "MESH_UNINSTALL_LIMIT")),
    Flag.withDescription(
      'How long to wait until the hub controller has undone all federations; longer than its --pre-delete-limit; "3 minutes" when omitted [MESH_UNINSTALL_LIMIT]'
    ),
    Flag.withDefault(defaultUninstallLimit)
  )
}
