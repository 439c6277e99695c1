import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import type { FieldError } from "../../src/schema/FieldError.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"

/** An object of a custom kind with this spec. */
export const objectOf = (spec: unknown): KubeObject => ({
  apiVersion: "example.org/v1",
  kind: "Thing",
  metadata: { name: "one", namespace: "shop" },
  spec
})

/** The schema of a custom kind whose spec has this schema. */
export const kindOf = (spec: StructuralSchema): StructuralSchema => ({ type: "object", properties: { spec } })

/** The schema of a custom kind whose spec has these fields. */
export const fieldsOf = (properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema =>
  kindOf({ type: "object", properties })

/** Errors as a Status shows them. */
export const texts = (errors: ReadonlyArray<FieldError>): ReadonlyArray<string> =>
  errors.map(({ field, message }) => `${field}: ${message}`)
