import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { existsSync, readFileSync, truncateSync } from "node:fs"
import { join } from "node:path"

const text = Schema.optionalKey(Schema.String)

const Call = Schema.Struct({
  /** When the API server got it, in RFC 3339. */
  requestReceivedTimestamp: Schema.String,
  user: Schema.Struct({
    /** Empty where the API server does not know who calls. */
    username: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed(""))),
    groups: Schema.optionalKey(Schema.Array(Schema.String)),
    /** Among others `authentication.kubernetes.io/credential-id`: which certificate it was. */
    extra: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.String)))
  }),
  verb: Schema.String,
  requestURI: Schema.String,
  objectRef: Schema.optionalKey(
    Schema.Struct({ apiGroup: text, resource: text, subresource: text, namespace: text, name: text })
  ),
  responseStatus: Schema.optionalKey(Schema.Struct({ code: Schema.optionalKey(Schema.Number) }))
})

/** A call that an API server has answered. Source: audit.k8s.io/v1 Event, level Metadata. */
export type AuditedCall = typeof Call.Type

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Call))

/** Everyone is written down but who keeps the control plane going, and the administrator that tests are. */
export const auditPolicy = JSON.stringify({
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    { level: "None", users: ["admin", "system:apiserver", "system:kube-controller-manager", "system:anonymous"] },
    { level: "Metadata" }
  ]
})

/** The audit log in the folder of a control plane. A watch stands in it twice: when it begins and when it ends. */
export const auditLog = (folder: string) => {
  const file = join(folder, "audit.log")
  return {
    file,
    /** All calls since the start or the last `clear`. */
    calls: Effect.sync((): ReadonlyArray<AuditedCall> =>
      existsSync(file)
        ? readFileSync(file, "utf8")
            .split("\n")
            // the last line may be half written
            .filter((line) => line.endsWith("}"))
            .map((line) => decode(line))
        : []
    ),
    clear: Effect.sync(() => existsSync(file) && truncateSync(file))
  }
}
