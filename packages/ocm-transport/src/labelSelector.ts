import type { KubeObject, Selection } from "./KubeApi.ts"

/**
 * Whether `object` is certainly in `selection`. Field selectors and set-based label selectors are left to the server:
 * with them nothing is certain.
 */
export const isSurelySelected = (selection: Selection, object: KubeObject): boolean => {
  if (selection.fieldSelector !== undefined) return false
  if (selection.namespace !== undefined && object.metadata.namespace !== selection.namespace) return false
  const labels = object.metadata.labels ?? {}
  const terms = selection.labelSelector === undefined ? [] : selection.labelSelector.split(",")
  return terms.every((term) => {
    const { key, value } = equality.exec(term.trim())?.groups ?? {}
    return key !== undefined && (value === undefined ? labels[key] !== undefined : labels[key] === value)
  })
}

/** `key`, `key=value` or `key==value`. */
const equality = /^(?<key>[\w./-]+)(?:={1,2}(?<value>[\w.-]*))?$/u
