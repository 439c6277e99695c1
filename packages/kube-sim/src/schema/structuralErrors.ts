import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type FieldError, invalidField, invalidValue, notSupported, requiredValue } from "./FieldError.ts"
import { isJsonArray, isJsonObject, type JsonObject } from "./json.ts"
import { defaultErrors } from "./structural/defaultErrors.ts"
import { listErrors } from "./structural/listErrors.ts"
import { ruleErrors } from "./structural/ruleErrors.ts"
import { placesIn, rootPlace, type SchemaPlace } from "./structural/SchemaPlace.ts"
import { shapeErrors } from "./structural/shapeErrors.ts"

/**
 * Says why a CustomResourceDefinition cannot be installed: its names and versions, its schemas, rules that do not
 * compile or that this server cannot evaluate.
 *
 * Shape: rules are looked at when the schema is right, as they are compiled against it.
 * Source: apiextensions-apiserver `pkg/apis/apiextensions/validation`.
 */
export const structuralErrors = (crd: KubeObject): ReadonlyArray<FieldError> => {
  const spec = objectAt(crd, "spec")
  const versions = objectsAt(spec, "versions")
  const errors = [...nameErrors(crd, spec), ...versionErrors(versions)]
  const [only, ...others] = versions
  // A real server keeps what all versions share in one place, and names that place in its errors.
  if (only !== undefined && others.length === 0) {
    errors.push(...schemaErrors(only, "spec.validation.openAPIV3Schema"))
    errors.push(...columnErrors(only, "spec.additionalPrinterColumns"))
    return errors
  }
  for (const [index, version] of versions.entries()) {
    errors.push(...schemaErrors(version, `spec.versions[${index}].schema.openAPIV3Schema`))
    errors.push(...columnErrors(version, `spec.versions[${index}].additionalPrinterColumns`))
  }
  return errors
}

/** Every check of one schema, in order; a later one runs when the earlier ones found nothing. */
const checks: ReadonlyArray<(place: SchemaPlace) => ReadonlyArray<FieldError>> = [
  (place) => [...shapeErrors(place), ...listErrors(place)],
  defaultErrors,
  ruleErrors
]

const schemaErrors = (version: JsonObject, path: string): ReadonlyArray<FieldError> => {
  const schema = objectAt(version, "schema")["openAPIV3Schema"]
  if (!isJsonObject(schema)) return [requiredValue(path.replace("validation", "versions[0].schema"))]
  const places = placesIn(rootPlace(path, schema))
  for (const check of checks) {
    const errors = places.flatMap(check)
    if (errors.length > 0) return errors
  }
  return []
}

const label = /^[a-z]([-a-z0-9]*[a-z0-9])?$/u
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u
const labelRule =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

const nameErrors = (crd: KubeObject, spec: JsonObject): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const names = objectAt(spec, "names")
  const [group, plural, kind] = [spec["group"], names["plural"], names["kind"]]
  if (crd.metadata.name !== `${String(plural)}.${String(group)}`) {
    errors.push(invalidValue("metadata.name", crd.metadata.name, 'must be spec.names.plural+"."+spec.group'))
  }
  if (typeof group !== "string" || group === "") errors.push(requiredValue("spec.group"))
  else if (!subdomain.test(group) || !group.includes(".")) {
    errors.push(invalidValue("spec.group", group, "should be a domain with at least one dot"))
  }
  const scopes = ["Cluster", "Namespaced"]
  if (spec["scope"] === undefined) errors.push(requiredValue("spec.scope"))
  else if (!scopes.some((scope) => scope === spec["scope"])) {
    errors.push(notSupported("spec.scope", spec["scope"], scopes))
  }
  if (typeof plural !== "string" || plural === "") errors.push(requiredValue("spec.names.plural"))
  else if (!label.test(plural)) errors.push(invalidValue("spec.names.plural", plural, labelRule))
  if (typeof kind !== "string" || kind === "") errors.push(requiredValue("spec.names.kind"))
  else if (!label.test(kind.toLowerCase())) {
    const why = `may have mixed case, but should otherwise match: ${labelRule}`
    errors.push(invalidValue("spec.names.kind", kind, why))
  }
  return errors
}

const versionErrors = (versions: ReadonlyArray<JsonObject>): ReadonlyArray<FieldError> => {
  const errors: Array<FieldError> = []
  const names = versions.map((version) => version["name"])
  for (const [index, name] of names.entries()) {
    if (typeof name !== "string" || !label.test(name)) {
      errors.push(invalidValue(`spec.versions[${index}].name`, name ?? "", labelRule))
    }
  }
  if (new Set(names).size < names.length)
    errors.push(invalidField("spec.versions", "must contain unique version names"))
  if (versions.filter((version) => version["storage"] === true).length !== 1) {
    errors.push(invalidField("spec.versions", "must have exactly one version marked as storage version"))
  }
  return errors
}

const columnTypes = ["boolean", "date", "integer", "number", "string"]

const columnErrors = (version: JsonObject, path: string): ReadonlyArray<FieldError> =>
  objectsAt(version, "additionalPrinterColumns").flatMap(({ name, type, jsonPath }, index) => {
    const errors: Array<FieldError> = []
    const at = `${path}[${index}]`
    const oneOf = `must be one of ${columnTypes.join(",")}`
    if (typeof name !== "string" || name === "") errors.push(requiredValue(`${at}.name`))
    if (typeof type !== "string" || type === "") errors.push(requiredValue(`${at}.type`, oneOf))
    else if (!columnTypes.includes(type)) errors.push(invalidValue(`${at}.type`, type, oneOf))
    if (typeof jsonPath !== "string" || jsonPath === "") errors.push(requiredValue(`${at}.JSONPath`))
    return errors
  })

const objectAt = (parent: Readonly<Record<string, unknown>>, field: string): JsonObject => {
  const value = parent[field]
  return isJsonObject(value) ? value : {}
}

const objectsAt = (parent: JsonObject, field: string): ReadonlyArray<JsonObject> => {
  const value = parent[field]
  return isJsonArray(value) ? value.filter(isJsonObject) : []
}
