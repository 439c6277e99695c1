import * as Schema from "effect/Schema"
import { ObjectMeta, type KubeObject } from "./ObjectMeta.ts"

const Manifest = Schema.Record(Schema.String, Schema.Unknown)

const ResourceIdentifier = Schema.Struct({
  group: Schema.String,
  resource: Schema.String,
  namespace: Schema.optionalKey(Schema.String),
  name: Schema.String
})
export type ResourceIdentifier = typeof ResourceIdentifier.Type

const WorkCondition = Schema.Struct({
  type: Schema.String,
  status: Schema.String,
  reason: Schema.optionalKey(Schema.String),
  message: Schema.optionalKey(Schema.String),
  observedGeneration: Schema.optionalKey(Schema.Int)
})

/** What the work agent reads from an object it applied: by paths, or what it knows of well-known kinds. */
const FeedbackRule = Schema.Struct({
  type: Schema.Literals(["WellKnownStatus", "JSONPaths"]),
  jsonPaths: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({ name: Schema.String, path: Schema.String, version: Schema.optionalKey(Schema.String) })
    )
  )
})

/** One value that the work agent read; which field is set says what it is. */
const FeedbackValue = Schema.Struct({
  name: Schema.String,
  fieldValue: Schema.Struct({
    type: Schema.String,
    integer: Schema.optionalKey(Schema.Finite),
    string: Schema.optionalKey(Schema.String),
    boolean: Schema.optionalKey(Schema.Boolean),
    jsonRaw: Schema.optionalKey(Schema.String)
  })
})
export type FeedbackValue = typeof FeedbackValue.Type

export const ManifestWorkSpec = Schema.Struct({
  workload: Schema.Struct({ manifests: Schema.optionalKey(Schema.Array(Manifest)) }),
  deleteOption: Schema.optionalKey(
    Schema.Struct({
      propagationPolicy: Schema.optionalKey(Schema.String),
      selectivelyOrphans: Schema.optionalKey(
        Schema.Struct({ orphaningRules: Schema.optionalKey(Schema.Array(ResourceIdentifier)) })
      )
    })
  ),
  manifestConfigs: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        resourceIdentifier: ResourceIdentifier,
        feedbackRules: Schema.optionalKey(Schema.Array(FeedbackRule)),
        updateStrategy: Schema.optionalKey(
          Schema.Struct({
            type: Schema.String,
            serverSideApply: Schema.optionalKey(
              Schema.Struct({
                force: Schema.optionalKey(Schema.Boolean),
                fieldManager: Schema.optionalKey(Schema.String)
              })
            )
          })
        )
      })
    )
  )
})
export type ManifestWorkSpec = typeof ManifestWorkSpec.Type

export const ManifestWorkStatus = Schema.Struct({
  conditions: Schema.optionalKey(Schema.Array(WorkCondition)),
  resourceStatus: Schema.optionalKey(
    Schema.Struct({
      manifests: Schema.optionalKey(
        Schema.Array(
          Schema.Struct({
            resourceMeta: Schema.Struct({
              ordinal: Schema.optionalKey(Schema.Int),
              group: Schema.optionalKey(Schema.String),
              version: Schema.optionalKey(Schema.String),
              kind: Schema.optionalKey(Schema.String),
              resource: Schema.optionalKey(Schema.String),
              namespace: Schema.optionalKey(Schema.String),
              name: Schema.optionalKey(Schema.String)
            }),
            conditions: Schema.optionalKey(Schema.Array(WorkCondition)),
            statusFeedback: Schema.optionalKey(
              Schema.Struct({ values: Schema.optionalKey(Schema.Array(FeedbackValue)) })
            )
          })
        )
      )
    })
  )
})

/** What we write and read of OCM's carrier of objects to a managed cluster. */
export const ManifestWork = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("ManifestWork"),
  metadata: ObjectMeta,
  spec: ManifestWorkSpec,
  status: Schema.optionalKey(ManifestWorkStatus)
})
export type ManifestWork = typeof ManifestWork.Type

export const decodeManifestWork = Schema.decodeUnknownEffect(ManifestWork)

/** The manifests of a work as objects. A manifest without a name is none that we wrote, and is left out. */
export const manifestsOf = (work: ManifestWork): ReadonlyArray<KubeObject> =>
  (work.spec.workload.manifests ?? []).filter(isKubeObject)

const isKubeObject = (manifest: { readonly [field: string]: unknown }): manifest is KubeObject =>
  typeof manifest["apiVersion"] === "string" &&
  typeof manifest["kind"] === "string" &&
  typeof manifest["metadata"] === "object" &&
  manifest["metadata"] !== null &&
  "name" in manifest["metadata"]
