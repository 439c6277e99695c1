import { isJsonObject } from "../schema/json.ts"
import type { PathElement } from "./pathElement.ts"

/**
 * A set of field paths, as a manager owns it: a tree of path elements, each of which may be in the set itself.
 *
 * Source: structured-merge-diff `fieldpath.Set`; the operations have the same names and meaning.
 */
export interface FieldSet {
  readonly members: ReadonlySet<PathElement>
  readonly children: ReadonlyMap<PathElement, FieldSet>
}

export const emptySet: FieldSet = { members: new Set(), children: new Map() }

export const isEmptySet = (set: FieldSet): boolean => set.members.size === 0 && set.children.size === 0

/** The set of the given paths; a path without elements, the whole object, is never in a set. */
export const setOfPaths = (paths: Iterable<ReadonlyArray<PathElement>>): FieldSet => {
  const members = new Set<PathElement>()
  const below = new Map<PathElement, Array<ReadonlyArray<PathElement>>>()
  for (const [first, ...rest] of paths) {
    if (first === undefined) continue
    if (rest.length === 0) members.add(first)
    else below.set(first, [...(below.get(first) ?? []), rest])
  }
  return { members, children: new Map([...below].map(([element, paths]) => [element, setOfPaths(paths)])) }
}

/** Every path of the set, parents before what is below them. */
export const pathsOf = (set: FieldSet): ReadonlyArray<ReadonlyArray<PathElement>> =>
  [...new Set([...set.members, ...set.children.keys()])]
    .toSorted()
    .flatMap((element) => [
      ...(set.members.has(element) ? [[element]] : []),
      ...pathsOf(below(set, element)).map((path) => [element, ...path])
    ])

/** What the set says below one element. */
export const below = (set: FieldSet, element: PathElement): FieldSet => set.children.get(element) ?? emptySet

export const unionOf = (left: FieldSet, right: FieldSet): FieldSet => ({
  members: new Set([...left.members, ...right.members]),
  children: childrenOf(new Set([...left.children.keys(), ...right.children.keys()]), (element) =>
    unionOf(below(left, element), below(right, element))
  )
})

export const intersectionOf = (left: FieldSet, right: FieldSet): FieldSet => ({
  members: new Set([...left.members].filter((element) => right.members.has(element))),
  children: childrenOf(left.children.keys(), (element) => intersectionOf(below(left, element), below(right, element)))
})

/** `left` without the paths of `right`; what is below a path of `right` stays. */
export const differenceOf = (left: FieldSet, right: FieldSet): FieldSet => ({
  members: new Set([...left.members].filter((element) => !right.members.has(element))),
  children: childrenOf(left.children.keys(), (element) => differenceOf(below(left, element), below(right, element)))
})

/** The part of the set at or below the fields of the root that `keep` names. */
export const filterRoot = (set: FieldSet, keep: (element: PathElement) => boolean): FieldSet => ({
  members: new Set([...set.members].filter(keep)),
  children: new Map([...set.children].filter(([element]) => keep(element)))
})

const childrenOf = (
  elements: Iterable<PathElement>,
  child: (element: PathElement) => FieldSet
): ReadonlyMap<PathElement, FieldSet> => {
  const children = new Map<PathElement, FieldSet>()
  for (const element of elements) {
    const set = child(element)
    if (!isEmptySet(set)) children.set(element, set)
  }
  return children
}

/** The set as `fieldsV1` of a managedFields entry. */
export const fieldsV1Of = (set: FieldSet): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...new Set([...set.members, ...set.children.keys()])].toSorted().map((element) => {
      const child = set.children.get(element)
      if (child === undefined) return [element, {}]
      return [element, set.members.has(element) ? { ".": {}, ...fieldsV1Of(child) } : fieldsV1Of(child)]
    })
  )

/** Reads `fieldsV1`; anything that is not an object reads as empty. */
export const setOfFieldsV1 = (fields: unknown): FieldSet => {
  const members = new Set<PathElement>()
  const children = new Map<PathElement, FieldSet>()
  for (const [element, inner] of Object.entries(isJsonObject(fields) ? fields : {})) {
    if (element === "." || !isJsonObject(inner)) continue
    const set = setOfFieldsV1(inner)
    if (Object.hasOwn(inner, ".") || isEmptySet(set)) members.add(element)
    if (!isEmptySet(set)) children.set(element, set)
  }
  return { members, children }
}
