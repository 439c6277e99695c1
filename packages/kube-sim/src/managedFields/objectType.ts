import { objectMetaSchema } from "../schema/objectMeta.ts"
import type { StructuralSchema } from "../schema/StructuralSchema.ts"
import { type MergeType, mergeTypeOf } from "./MergeType.ts"

const text: StructuralSchema = { type: "string" }
/** How whole objects of a schema merge; without a schema all but the metadata is deduced. */
export const objectType = (schema: StructuralSchema | undefined): MergeType =>
  mergeTypeOf({
    ...(schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true }),
    properties: { ...schema?.properties, apiVersion: text, kind: text, metadata: objectMetaSchema }
  })
