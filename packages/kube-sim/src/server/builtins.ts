import { type BuiltinKind, builtinKinds } from "../schema/builtin.ts"
import { builtinRules } from "./builtinRules.ts"
import { builtinColumns } from "./builtinColumns.ts"
import { type Kind, nameColumn, resourceOf } from "./Kind.ts"

const served = (kind: BuiltinKind): Kind => ({
  ...kind,
  columns: builtinColumns[resourceOf(kind.type)] ?? [nameColumn, ...kind.columns],
  singular: kind.type.kind.toLowerCase(),
  listKind: `${kind.type.kind}List`,
  custom: false,
  storageVersion: kind.type.version,
  rules: undefined,
  checks: builtinRules[resourceOf(kind.type)],
  terminating: false
})

/** The kinds that every server has. */
export const builtins: ReadonlyArray<Kind> = builtinKinds.map(served)
