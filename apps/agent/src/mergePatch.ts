import { canonicalJson } from "@multicluster-mesh/mesh-model"

/** The merge patch (RFC 7396) that makes `before` what `after` says; undefined when they are alike. */
export const mergePatch = (before: unknown, after: unknown): unknown => {
  if (!isRecord(before) || !isRecord(after)) return isAlike(before, after) ? undefined : after
  const changes = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) => {
    const change = after[name] === undefined ? null : mergePatch(before[name], after[name])
    return change === undefined || (change === null && before[name] === undefined) ? [] : [[name, change] as const]
  })
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}

const isAlike = (before: unknown, after: unknown): boolean => canonicalJson(before) === canonicalJson(after)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
