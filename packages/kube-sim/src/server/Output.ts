import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { groupVersionOf, type Kind } from "./Kind.ts"
import { type ListMetadata, partial } from "./partial.ts"
import { tableOf } from "./table.ts"

/** How objects travel to the client, by its Accept header. */
export interface Output {
  readonly one: (object: KubeObject) => unknown
  readonly many: (objects: ReadonlyArray<KubeObject>, metadata: ListMetadata) => unknown
  /** The object of a watch event; `first` says that nothing has been sent on this watch yet. */
  readonly event: (object: KubeObject, first: boolean) => unknown
  /** The object of a bookmark: it has no more than a resourceVersion. */
  readonly bookmark: (object: Bookmark) => unknown
}

export interface Bookmark {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: { readonly resourceVersion: string; readonly creationTimestamp: null }
}

/** The output that `accept` asks for first; undefined when there is none that we make. */
export const outputFor = (kind: Kind, accept: string, includeObject: string, nowMillis: number): Output | undefined => {
  for (const option of accept === "" ? ["*/*"] : accept.split(",")) {
    const [mediaType = "", ...parameters] = option.split(";").map((part) => part.trim())
    if (!["application/json", "*/*", "application/*"].includes(mediaType)) continue
    const as = parameters.find((parameter) => parameter.startsWith("as="))?.slice(3)
    if (as === undefined) return wholeObjects(kind)
    if (as === "Table") return tables(kind, includeObject, nowMillis)
    if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") return metadataOnly
  }
  return undefined
}

const wholeObjects = (kind: Kind): Output => {
  const apiVersion = groupVersionOf(kind.type.group, kind.type.version)
  const one = (object: KubeObject): KubeObject =>
    object.apiVersion === apiVersion ? object : { ...object, apiVersion }
  // items of built-in lists carry neither kind nor version, those of custom ones do
  const item = (object: KubeObject): unknown => {
    if (kind.custom) return one(object)
    const { apiVersion: _version, kind: _kind, ...rest } = object
    return rest
  }
  return {
    one,
    many: (objects, metadata) => ({ kind: kind.listKind, apiVersion, metadata, items: objects.map(item) }),
    event: one,
    bookmark: (object) => object
  }
}

const metadataOnly: Output = {
  one: partial,
  many: (objects, metadata) => ({
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    items: objects.map(partial)
  }),
  event: partial,
  bookmark: ({ metadata }) => ({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata })
}

const tables = (kind: Kind, includeObject: string, nowMillis: number): Output => ({
  one: (object) =>
    tableOf(kind, [object], { resourceVersion: object.metadata.resourceVersion ?? "" }, includeObject, nowMillis),
  many: (objects, metadata) => tableOf(kind, objects, metadata, includeObject, nowMillis),
  event: (object, first) => {
    const metadata = { resourceVersion: object.metadata.resourceVersion ?? "" }
    const table = tableOf(kind, [object], metadata, includeObject, nowMillis)
    return first ? table : { ...table, columnDefinitions: [] }
  },
  bookmark: ({ metadata }) => ({
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: [],
    rows: []
  })
})
