import * as Predicate from "effect/Predicate"

/** Part of an object of any kind, as it travels. */
export type Fields = Readonly<Record<string, unknown>>

/** What is there, where it has fields; else nothing. */
export const fieldsOf = (value: unknown): Fields => (Predicate.isReadonlyObject(value) ? value : {})

/** What is there, where it is a list; else nothing. */
export const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
