import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Predicate from "effect/Predicate"

/** Whether an object is selected. */
export type Selector = (object: KubeObject) => boolean

/** A selector that cannot be read: the server's words for it. */
export interface SelectorError {
  readonly problem: string
}

/** Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, joined by commas. */
export const parseLabelSelector = (text: string): Selector | SelectorError => {
  const rules: Array<Selector> = []
  for (const part of splitOutsideParentheses(text)) {
    const rule = labelRule(part.trim())
    if (rule === undefined) return { problem: `unable to parse requirement: ${JSON.stringify(part)} in ${text}` }
    rules.push(rule)
  }
  return (object) => rules.every((rule) => rule(object))
}

const splitOutsideParentheses = (text: string): ReadonlyArray<string> =>
  text.trim() === "" ? [] : text.split(/,(?![^(]*\))/u)

const labelRule = (part: string): Selector | undefined => {
  const set = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/u.exec(part)
  if (set !== null) {
    const [, key = "", operator, list = ""] = set
    const values = new Set(list.split(",").map((value) => value.trim()))
    return (object) => {
      const value = labelOf(object, key)
      return operator === "in" ? value !== undefined && values.has(value) : value === undefined || !values.has(value)
    }
  }
  const comparison = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/u.exec(part)
  if (comparison !== null) {
    const [, key = "", operator, wanted = ""] = comparison
    return (object) => (labelOf(object, key) === wanted) === (operator !== "!=")
  }
  const existence = /^(!?)\s*([^\s!=,()]+)$/u.exec(part)
  if (existence === null) return undefined
  const [, not, key = ""] = existence
  return (object) => (labelOf(object, key) !== undefined) === (not === "")
}

const labelOf = (object: KubeObject, key: string): string | undefined => object.metadata.labels?.[key]

/** Reads a field selector; `allowed` are the fields that the kind can be selected by. */
export const parseFieldSelector = (text: string, allowed: ReadonlyArray<string>): Selector | SelectorError => {
  const rules: Array<Selector> = []
  for (const part of text.split(",").filter((part) => part.trim() !== "")) {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*)$/u.exec(part)
    if (match === null) return { problem: `invalid selector: '${part}'; can't understand '${part}'` }
    const [, field = "", operator, wanted = ""] = match
    if (!allowed.includes(field)) return { problem: `field label not supported: ${field}` }
    rules.push((object) => (fieldOf(object, field) === wanted) === (operator !== "!="))
  }
  return (object) => rules.every((rule) => rule(object))
}

const fieldOf = (object: KubeObject, path: string): string => {
  if (path === "source" && object.kind === "Event")
    return fieldOf(object, "source.component") || fieldOf(object, "reportingComponent")
  let value: unknown = object
  for (const part of path.split(".")) value = Predicate.isReadonlyObject(value) ? value[part] : undefined
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value)
}

/** The fields by which objects of a resource can be selected, as kube-apiserver has them. */
export const selectableFields = (resource: string): ReadonlyArray<string> => [
  "metadata.name",
  "metadata.namespace",
  ...(fieldsOfResource[resource] ?? [])
]

const fieldsOfResource: Readonly<Record<string, ReadonlyArray<string>>> = {
  "/events": [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type"
  ],
  "/namespaces": ["status.phase"],
  "/pods": ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"],
  "/secrets": ["type"],
  "/services": ["spec.clusterIP", "spec.type"]
}
