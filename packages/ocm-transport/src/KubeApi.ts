import type * as model from "@multicluster-mesh/mesh-model"
import type { ResourceType } from "@multicluster-mesh/mesh-model"
import type { Effect } from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { Informer, InformerOptions } from "./Informer.ts"
import type { KubeError } from "./KubeError.ts"

export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: unknown
  readonly subresource?: string
}

export interface ObjectMeta extends model.ObjectMeta {
  readonly managedFields?: ReadonlyArray<ManagedFieldsEntry>
}

/** Any object of a Kubernetes API, as it travels: plain JSON, timestamps as text. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

export type { OwnerReference, ResourceType } from "@multicluster-mesh/mesh-model"

/** Name and namespace of an object of a known kind. */
export interface ObjectRef {
  readonly name: string
  readonly namespace?: string
}

/** Which objects of a kind; without `namespace` those of all namespaces. */
export interface Selection {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Metadata alone travels and is kept: the object is `apiVersion`, `kind` and `metadata`. */
  readonly metadataOnly?: boolean
}

/** All objects of a selection at one resource version. */
export interface KubeList {
  readonly items: ReadonlyArray<KubeObject>
  readonly resourceVersion: string
}

export interface ServedKind {
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

/** The calls that we make to one Kubernetes API server, under one credential. */
export interface KubeApi {
  readonly get: (
    type: ResourceType,
    ref: ObjectRef,
    options?: { readonly metadataOnly?: boolean }
  ) => Effect<KubeObject, KubeError>
  /** Reads page by page; the result is complete. */
  readonly list: (type: ResourceType, options?: Selection) => Effect<KubeList, KubeError>
  readonly create: (
    type: ResourceType,
    object: KubeObject,
    options?: { readonly dryRun?: boolean; readonly fieldManager?: string }
  ) => Effect<KubeObject, KubeError>
  /** Writes the whole object (PUT); with `metadata.resourceVersion` only over that version. */
  readonly replace: (
    type: ResourceType,
    object: KubeObject,
    options?: { readonly subresource?: "status" | "approval"; readonly fieldManager?: string }
  ) => Effect<KubeObject, KubeError>
  /**
   * Server-side apply: the fields of `object` are what `fieldManager` owns from now on. Leave an empty map out: where
   * the manager owned its last key, an API server makes null of it, and refuses that in a custom resource (422).
   */
  readonly apply: (
    type: ResourceType,
    object: KubeObject,
    options: {
      readonly fieldManager: string
      readonly force?: boolean
      readonly subresource?: "status"
      readonly dryRun?: boolean
    }
  ) => Effect<KubeObject, KubeError>
  /** A merge patch unless `contentType` says JSON patch. */
  readonly patch: (
    type: ResourceType,
    ref: ObjectRef,
    patch: unknown,
    options?: {
      readonly contentType?: "merge" | "json"
      readonly subresource?: "status"
      readonly fieldManager?: string
    }
  ) => Effect<KubeObject, KubeError>
  /** Asks for the deletion; finalizers may hold the object. With `uid` only that very object (else `Conflict`). */
  readonly delete: (
    type: ResourceType,
    ref: ObjectRef,
    options?: { readonly uid?: string; readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" }
  ) => Effect<void, KubeError>
  /** Keeps a copy of the selected objects for as long as the scope lives. */
  readonly informer: (type: ResourceType, options?: InformerOptions) => Effect<Informer, never, Scope>
  /** The kinds of a group version such as `apps/v1`; empty when it is not served. */
  readonly serves: (apiVersion: string) => Effect<ReadonlyArray<ServedKind>, KubeError>
}
