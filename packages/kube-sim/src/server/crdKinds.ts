import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Predicate from "effect/Predicate"
import { isJsonObject, type JsonObject } from "../schema/json.ts"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { compileRules } from "../schema/validateRules.ts"
import { type Column, type Kind, nameColumn } from "./Kind.ts"

/** The kinds that a CustomResourceDefinition adds: one for each served version. */
export const crdKinds = (crd: KubeObject): ReadonlyArray<Kind> => {
  const spec = objectIn(crd, "spec")
  const names = objectIn(spec, "names")
  const versions = objectsIn(spec, "versions")
  const storageVersion = textIn(
    versions.find((version) => version["storage"] === true),
    "name"
  )
  return versions
    .filter((version) => version["served"] === true)
    .map((version): Kind => {
      const schema = structuralSchemaOf(version)
      return {
        type: {
          group: textIn(spec, "group"),
          version: textIn(version, "name"),
          kind: textIn(names, "kind"),
          plural: textIn(names, "plural"),
          namespaced: spec["scope"] === "Namespaced"
        },
        singular: textIn(names, "singular") || textIn(names, "kind").toLowerCase(),
        listKind: textIn(names, "listKind") || `${textIn(names, "kind")}List`,
        shortNames: textsIn(names, "shortNames"),
        categories: textsIn(names, "categories"),
        schema,
        subresources: { status: isJsonObject(objectIn(version, "subresources")["status"]) },
        columns: columnsOf(version),
        custom: true,
        storageVersion,
        rules: schema === undefined ? undefined : compileRules(schema),
        checks: undefined,
        terminating: crd.metadata.deletionTimestamp !== undefined
      }
    })
}

const structuralSchemaOf = (version: JsonObject): StructuralSchema | undefined => {
  const schema = objectIn(version, "schema")["openAPIV3Schema"]
  return isJsonObject(schema) ? schema : undefined
}

const ageColumn: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }

const columnsOf = (version: JsonObject): ReadonlyArray<Column> => {
  const declared = objectsIn(version, "additionalPrinterColumns").map((column): Column => ({
    name: textIn(column, "name"),
    type: textIn(column, "type"),
    jsonPath: textIn(column, "jsonPath"),
    ...(typeof column["format"] === "string" && { format: column["format"] }),
    ...(typeof column["description"] === "string" && { description: column["description"] }),
    ...(typeof column["priority"] === "number" && { priority: column["priority"] })
  }))
  return [nameColumn, ...(declared.length === 0 ? [ageColumn] : declared)]
}

const objectIn = (parent: JsonObject | undefined, field: string): JsonObject => {
  const value = parent?.[field]
  return isJsonObject(value) ? value : {}
}

const objectsIn = (parent: JsonObject, field: string): ReadonlyArray<JsonObject> => {
  const value = parent[field]
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

const textIn = (parent: JsonObject | undefined, field: string): string => {
  const value = parent?.[field]
  return typeof value === "string" ? value : ""
}

const textsIn = (parent: JsonObject, field: string): ReadonlyArray<string> => {
  const value = parent[field]
  return Array.isArray(value) ? value.filter(Predicate.isString) : []
}
