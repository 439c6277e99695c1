import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import {
  type FieldError,
  forbiddenValue,
  invalidStruct,
  invalidValue,
  requiredValue,
  tooLong
} from "../schema/FieldError.ts"
import { isJsonArray, isJsonObject, type JsonObject, jsonEquals } from "../schema/json.ts"
import type { RuleCheck } from "../schema/validateRules.ts"

/**
 * What kube-apiserver refuses in built-in kinds beyond types: the rules that our objects can break.
 *
 * Source: kubernetes `pkg/apis/{core,apps}/validation/validation.go`.
 */
export const builtinRules: Readonly<Record<string, RuleCheck>> = {
  "/configmaps": (map, old) => [
    ...keyFaults(map, "data"),
    ...keyFaults(map, "binaryData"),
    ...sizeFaults("[]", map, ["data", "binaryData"]),
    ...immutableFaults(map, old, ["data", "binaryData"])
  ],
  "/secrets": (secret, old) => [
    ...keyFaults(secret, "data"),
    ...sizeFaults("data", secret, ["data"]),
    ...(old !== undefined && old["type"] !== secret["type"]
      ? [invalidValue("type", secret["type"], "field is immutable")]
      : []),
    ...immutableFaults(secret, old, ["data"]),
    ...(secret["type"] === "kubernetes.io/tls" ? missingKeys(secret, ["tls.crt", "tls.key"]) : [])
  ],
  "/services": (service) => portFaults(objectAt(service, "spec")),
  "/events": (event) => {
    const { namespace } = objectAt(event, "involvedObject")
    return namespace === undefined || namespace === "" || namespace === event.metadata.namespace
      ? []
      : [invalidValue("involvedObject.namespace", namespace, "does not match event.namespace")]
  },
  "coordination.k8s.io/leases": (lease) => {
    const seconds = objectAt(lease, "spec")["leaseDurationSeconds"]
    return typeof seconds === "number" && seconds <= 0
      ? [invalidValue("spec.leaseDurationSeconds", seconds, "must be greater than 0")]
      : []
  },
  "rbac.authorization.k8s.io/rolebindings": (binding, old) => roleRefFaults(binding, old),
  "rbac.authorization.k8s.io/clusterrolebindings": (binding, old) => roleRefFaults(binding, old),
  "apps/deployments": (object, old) => workloadFaults(object, old),
  "apps/replicasets": (object, old) => workloadFaults(object, old)
}

const objectAt = (value: unknown, field: string): JsonObject => {
  const inner = isJsonObject(value) ? value[field] : undefined
  return isJsonObject(inner) ? inner : {}
}

const roleRefFaults = (binding: KubeObject, old: KubeObject | undefined): ReadonlyArray<FieldError> => {
  const { apiGroup, kind, name } = objectAt(binding, "roleRef")
  if (old === undefined || jsonEquals(binding["roleRef"], old["roleRef"])) return []
  const fields = [["APIGroup", apiGroup] as const, ["Kind", kind] as const, ["Name", name] as const]
  return [invalidStruct("roleRef", fields, "field is immutable")]
}

const keyProblem =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

const keyFaults = (object: KubeObject, field: string): ReadonlyArray<FieldError> =>
  Object.keys(objectAt(object, field))
    .filter((key) => !/^[-._a-zA-Z0-9]+$/u.test(key))
    .map((key) => invalidValue(`${field}[${key}]`, key, keyProblem))

const maxData = 1024 * 1024

/** Values that are binary travel in Base64: three bytes in four characters. */
const sizeFaults = (field: string, object: KubeObject, fields: ReadonlyArray<string>): ReadonlyArray<FieldError> => {
  const isText = (name: string): boolean => object.kind === "ConfigMap" && name === "data"
  const size = fields
    .flatMap((name) => Object.values(objectAt(object, name)).map((value) => [name, String(value)] as const))
    .reduce((sum, [name, text]) => sum + (isText(name) ? Buffer.byteLength(text) : Math.floor(text.length / 4) * 3), 0)
  return size > maxData ? [tooLong(field, maxData)] : []
}

const immutableFaults = (
  object: KubeObject,
  old: KubeObject | undefined,
  fields: ReadonlyArray<string>
): ReadonlyArray<FieldError> => {
  if (old?.["immutable"] !== true) return []
  const why = "field is immutable when `immutable` is set"
  return [
    ...(object["immutable"] === true ? [] : [forbiddenValue("immutable", why)]),
    ...fields
      .filter((field) => !jsonEquals(objectAt(object, field), objectAt(old, field)))
      .map((field) => forbiddenValue(field, why))
  ]
}

const missingKeys = (secret: KubeObject, keys: ReadonlyArray<string>): ReadonlyArray<FieldError> =>
  keys.filter((key) => !Object.hasOwn(objectAt(secret, "data"), key)).map((key) => requiredValue(`data[${key}]`))

const portFaults = (spec: JsonObject): ReadonlyArray<FieldError> => {
  if (spec["type"] === "ExternalName") return []
  const ports = isJsonArray(spec["ports"]) ? spec["ports"].filter(isJsonObject) : []
  if (ports.length === 0 && spec["clusterIP"] !== "None") return [requiredValue("spec.ports")]
  return ports.flatMap((port, index) => [
    ...(ports.length > 1 && (port["name"] ?? "") === "" ? [requiredValue(`spec.ports[${index}].name`)] : []),
    ...(typeof port["port"] === "number" && port["port"] >= 1 && port["port"] <= 65_535
      ? []
      : [invalidValue(`spec.ports[${index}].port`, port["port"], "must be between 1 and 65535, inclusive")])
  ])
}

const workloadFaults = (object: KubeObject, old: KubeObject | undefined): ReadonlyArray<FieldError> => {
  const spec = objectAt(object, "spec")
  const selector = objectAt(spec, "selector")
  const template = objectAt(spec, "template")
  const labels = objectAt(objectAt(template, "metadata"), "labels")
  const wanted = Object.entries(objectAt(selector, "matchLabels"))
  const isSelected = spec["selector"] !== undefined && wanted.every(([key, value]) => labels[key] === value)
  const { replicas } = spec
  const containers = objectAt(template, "spec")["containers"]
  return [
    ...(typeof replicas === "number" && replicas < 0
      ? [invalidValue("spec.replicas", replicas, "must be greater than or equal to 0")]
      : []),
    ...(spec["selector"] === undefined ? [requiredValue("spec.selector")] : []),
    ...(isSelected
      ? []
      : [invalidValue("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")]),
    ...(isJsonArray(containers) && containers.length > 0 ? [] : [requiredValue("spec.template.spec.containers")]),
    ...(old !== undefined && !jsonEquals(objectAt(old["spec"], "selector"), selector)
      ? [invalidValue("spec.selector", selector, "field is immutable")]
      : [])
  ]
}
