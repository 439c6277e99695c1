import * as Schema from "effect/Schema"
import { ObjectMeta } from "./ObjectMeta.ts"

const optionalText = Schema.optionalKey(Schema.String)

const Toleration = Schema.Struct({
  key: optionalText,
  operator: optionalText,
  value: optionalText,
  effect: optionalText,
  tolerationSeconds: Schema.optionalKey(Schema.Int)
})

/** Takes images from another registry: what begins with `source` begins with `mirror` instead. */
export const ImageRegistry = Schema.Struct({ mirror: Schema.String, source: optionalText })
export type ImageRegistry = typeof ImageRegistry.Type

const Quantities = Schema.optionalKey(Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite])))

export const AddOnDeploymentConfigSpec = Schema.Struct({
  customizedVariables: Schema.optionalKey(Schema.Array(Schema.Struct({ name: Schema.String, value: optionalText }))),
  nodePlacement: Schema.optionalKey(
    Schema.Struct({
      nodeSelector: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
      tolerations: Schema.optionalKey(Schema.Array(Toleration))
    })
  ),
  registries: Schema.optionalKey(Schema.Array(ImageRegistry)),
  proxyConfig: Schema.optionalKey(
    Schema.Struct({
      httpProxy: optionalText,
      httpsProxy: optionalText,
      noProxy: optionalText,
      /** PEM in base64. */
      caBundle: optionalText
    })
  ),
  agentInstallNamespace: optionalText,
  resourceRequirements: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        /** `workloads:name:container`, where `*` stands for any; of several that fit the last counts. */
        containerID: Schema.String,
        resources: Schema.Struct({ limits: Quantities, requests: Quantities })
      })
    )
  )
})
export type AddOnDeploymentConfigSpec = typeof AddOnDeploymentConfigSpec.Type

/** What we read of OCM's AddOnDeploymentConfig: how an administrator wants the agents of an add-on to be deployed. */
export const AddOnDeploymentConfig = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.Literal("AddOnDeploymentConfig"),
  metadata: ObjectMeta,
  spec: Schema.optionalKey(AddOnDeploymentConfigSpec)
})
export type AddOnDeploymentConfig = typeof AddOnDeploymentConfig.Type

export const decodeAddOnDeploymentConfig = Schema.decodeUnknownEffect(AddOnDeploymentConfig)
