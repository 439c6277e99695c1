import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { isJsonObject, jsonEquals } from "../schema/json.ts"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { emptySet, pathsOf, unionOf } from "./FieldSet.ts"
import { fieldSetOf } from "./fieldSetOf.ts"
import { type Managers, managersOf, type Owned, ownerKey, withManagers } from "./Managers.ts"
import { mergeValues } from "./mergeValues.ts"
import { objectType } from "./objectType.ts"
import { afterChanges, changesOf, ownable, takenFrom, withoutSystemFields } from "./ownership.ts"
import { renderPath } from "./pathElement.ts"
import { pruneDropped } from "./pruneDropped.ts"
import { recordIn } from "./recordUpdate.ts"
import { typeProblems } from "./typeProblems.ts"

/** One request of server-side apply. */
export interface Apply {
  readonly live: KubeObject | undefined
  /** What the request says; without `status` where that is a subresource of its own. */
  readonly applied: KubeObject
  /** The namespace that the body names; the path may name it alone. */
  readonly sentNamespace: string
  readonly schema: StructuralSchema | undefined
  readonly manager: string
  readonly force: boolean
  readonly subresource: string | undefined
  readonly now: string
}

/** A field that another manager owns with another value. */
export interface FieldConflict {
  /** `.spec.ports[port=80,protocol="TCP"].name` */
  readonly field: string
  readonly manager: string
  readonly operation: "Apply" | "Update"
  readonly apiVersion: string
  readonly subresource?: string
  readonly time?: string
}

export type ApplyOutcome =
  | { readonly _tag: "Applied"; readonly object: KubeObject }
  | { readonly _tag: "Conflicts"; readonly conflicts: ReadonlyArray<FieldConflict> }
  /** The object cannot be applied to this kind at all; a real server answers 500 with this text. */
  | { readonly _tag: "Untyped"; readonly message: string }

/**
 * Applies an object: its fields get its values and belong to its manager; what the manager set before and sets no
 * more is removed unless someone else owns it. Another manager's other value is a conflict, or is taken with `force`.
 *
 * Source: structured-merge-diff `merge.Updater.Apply`; apimachinery `pkg/util/managedfields/internal`.
 */
export const applyObject = (request: Apply): ApplyOutcome => {
  const { live, applied, schema, manager, force, subresource, now } = request
  const type = objectType(schema)
  const problems = typeProblems(type, applied)
  if (problems.length > 0) return { _tag: "Untyped", message: untyped(request, problems) }
  const before = live ?? { apiVersion: applied.apiVersion, kind: applied.kind, metadata: {} }
  const known = knownManagers(request)
  const writer = { manager, operation: "Apply", apiVersion: applied.apiVersion, subresource } as const
  const key = ownerKey(writer)
  const last = known.get(key)
  const fields = ownable(fieldSetOf(type, applied), subresource)
  const owners = new Map([...known, [key, { ...writer, time: last?.time, fields }]])

  const owned = [...owners.values()].reduce((union, owner) => unionOf(union, owner.fields), emptySet)
  const merged = pruneDropped(type, mergeValues(type, before, applied), last?.fields ?? emptySet, owned)
  if (!isKubeObject(merged)) throw new Error("an applied object has apiVersion, kind and metadata")

  const changes = changesOf(type, before, merged, subresource)
  const conflicts = [...owners].flatMap(([other, owner]) =>
    other === key ? [] : pathsOf(takenFrom(owner, changes)).map((path) => conflictOf(owner, renderPath(path)))
  )
  if (conflicts.length > 0 && !force) return { _tag: "Conflicts", conflicts: conflicts.toSorted(byManager) }

  const left = new Map(afterChanges(owners, changes, key))
  // The time is that of the last apply that changed the object, not of the last one.
  const time = jsonEquals(before, merged) ? last?.time : now
  left.set(key, { ...writer, time, fields: withoutSystemFields(fields) })
  return { _tag: "Applied", object: withManagers(merged, left) }
}

/** The owners; of an object that has none, everything is owned by `before-first-apply`. */
const knownManagers = ({ live, schema, now }: Apply): Managers => {
  const managers = managersOf(live)
  if (live === undefined || managers.size > 0) return managers
  const creation = {
    before: undefined,
    after: live,
    schema,
    manager: "before-first-apply",
    subresource: undefined,
    now
  }
  return recordIn(managers, creation)
}

const conflictOf = ({ manager, operation, apiVersion, subresource, time }: Owned, field: string): FieldConflict => ({
  field,
  manager,
  operation,
  apiVersion,
  ...(subresource === undefined ? {} : { subresource }),
  ...(time === undefined ? {} : { time })
})

const byManager = (left: FieldConflict, right: FieldConflict): number =>
  left.manager === right.manager ? 0 : left.manager < right.manager ? -1 : 1

const isKubeObject = (value: unknown): value is KubeObject =>
  isJsonObject(value) &&
  typeof value["apiVersion"] === "string" &&
  typeof value["kind"] === "string" &&
  isJsonObject(value["metadata"])

const untyped = ({ applied, sentNamespace }: Apply, problems: ReadonlyArray<string>): string => {
  const { apiVersion, kind, metadata } = applied
  const what = `${sentNamespace}/${metadata.name}; ${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${kind}`
  const text =
    problems.length === 1 ? problems[0] : ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n")
  return `failed to create typed patch object (${what}): ${text}`
}
