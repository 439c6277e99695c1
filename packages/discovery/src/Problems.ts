import { byText, keyOf, type KubeObject } from "@multicluster-mesh/mesh-model"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ClusterSnapshot, KindState } from "./ClusterSnapshot.ts"
import { snapshotKinds, type SnapshotKindName } from "./snapshotKinds.ts"

/**
 * Why a part of a report is incomplete, in sentences; whoever builds the part adds to them. Nothing is left out of a
 * report without an entry here.
 */
export type Problems = Array<string>

/** Returns the objects of one kind; a kind that is not served has none, an unknown one is a problem. */
export const objectsOf = (
  snapshot: ClusterSnapshot,
  name: SnapshotKindName,
  problems: Problems
): ReadonlyArray<KubeObject> | undefined => {
  const state: KindState = snapshot.kinds[name] ?? { _tag: "Unknown", message: "not read yet" }
  if (state._tag === "Known") return state.objects
  if (state._tag === "NotServed") return []
  problems.push(`${pluralOf(name)}: ${state.message}`)
  return undefined
}

/** As `objectsOf`, decoded; an object that does not decode is a problem of its own and hides no other. */
export const decodedOf = <S extends Schema.ConstraintDecoder<unknown>>(
  snapshot: ClusterSnapshot,
  name: SnapshotKindName,
  schema: S,
  problems: Problems
): ReadonlyArray<S["Type"]> | undefined => {
  const decode = Schema.decodeUnknownResult(schema)
  return objectsOf(snapshot, name, problems)?.flatMap((object) => {
    const decoded = decode(object)
    if (Result.isSuccess(decoded)) return [decoded.success]
    problems.push(`${object.kind} ${keyOf(object)} is malformed: ${oneLine(decoded.failure.message)}`)
    return []
  })
}

/**
 * Keeps the entries that fit the schema of the report: whatever its source holds, a report stays within its bounds.
 * `nameOf` names an entry to people.
 */
export const fitting = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  entries: ReadonlyArray<S["Type"]>,
  nameOf: (entry: S["Type"]) => string,
  problems: Problems
): ReadonlyArray<S["Type"]> => {
  const decode = Schema.decodeUnknownResult(schema)
  return entries.filter((entry) => {
    const fits = decode(entry)
    if (Result.isFailure(fits)) {
      problems.push(`${nameOf(entry)} does not fit into the report: ${oneLine(fits.failure.message)}`)
    }
    return Result.isSuccess(fits)
  })
}

/** The first `max` of `entries`, which are sorted; what is cut off is a problem. */
export const bounded = <A>(
  entries: ReadonlyArray<A>,
  max: number,
  what: string,
  problems: Problems
): ReadonlyArray<A> => {
  if (entries.length > max) problems.push(`${entries.length} ${what}: the last ${entries.length - max} are left out`)
  return entries.slice(0, max)
}

/** Free text within its bound. */
export const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`

/** The message of a part with `problems`: sorted, each once, within the bound of the schema. */
export const messageOf = (problems: Problems): string =>
  cut([...new Set(problems.map((problem) => cut(problem, 320)))].sort(byText).join("; "), 2048)

const pluralOf = (name: SnapshotKindName): string =>
  snapshotKinds.find((kind) => kind.name === name)?.type.plural ?? name

const oneLine = (message: string): string => message.replaceAll(/\s+/gu, " ").trim()
