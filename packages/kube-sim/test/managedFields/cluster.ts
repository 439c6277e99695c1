import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { applyObject, type ApplyOutcome } from "../../src/managedFields/applyObject.ts"
import { recordUpdate } from "../../src/managedFields/recordUpdate.ts"
import type { StructuralSchema } from "../../src/schema/StructuralSchema.ts"

/** What two managers may do to one object in a test. */
export interface Request {
  readonly manager: string
  readonly now?: string
  readonly subresource?: string
}

export const object = (spec: unknown, metadata: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: "maistra.io/v2",
  kind: "ServiceMeshControlPlane",
  metadata: { name: "basic", namespace: "istio-system", ...metadata },
  spec
})

/** Applies and updates objects of one schema, at noon unless told otherwise. */
export const cluster = (schema: StructuralSchema | undefined) => {
  const noon = "2026-01-01T12:00:00Z"
  const attempt = (
    live: KubeObject | undefined,
    applied: KubeObject,
    { manager, now = noon, subresource, force = false }: Request & { readonly force?: boolean }
  ): ApplyOutcome =>
    applyObject({
      live,
      applied,
      sentNamespace: applied.metadata.namespace ?? "",
      schema,
      manager,
      force,
      subresource,
      now
    })
  return {
    attempt,
    /** As `attempt`, where nothing stands against it. */
    apply: (...request: Parameters<typeof attempt>): KubeObject => {
      const outcome = attempt(...request)
      if (outcome._tag === "Applied") return outcome.object
      throw new Error(`not applied: ${JSON.stringify(outcome)}`)
    },
    update: (
      before: KubeObject | undefined,
      after: KubeObject,
      { manager, now = noon, subresource }: Request
    ): KubeObject => recordUpdate({ before, after, schema, manager, subresource, now })
  }
}

/** The fields that a manager owns, as `fieldsV1`; nothing when it has no entry. */
export const ownedBy = (object: KubeObject, manager: string, operation = "Apply"): unknown =>
  object.metadata.managedFields?.find((entry) => entry.manager === manager && entry.operation === operation)?.fieldsV1
