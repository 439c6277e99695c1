import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { KubeList, KubeObject, ResourceType, Selection } from "./KubeApi.ts"
import { KubeError, NotServed } from "./KubeError.ts"
import { asObject } from "./objects.ts"
import type { Requests } from "./request.ts"
import { callName, collectionPath, queryOf } from "./resourcePath.ts"
import { noAnswer } from "./statusError.ts"

const pageSize = 500

/** For one object, and for the events of a watch. */
export const acceptMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
const acceptMetadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

/**
 * Reads all objects of a selection, page by page; each is projected before the next page comes, so that no more than
 * a page is held whole. When the pages outlive their resource version (410) the list begins anew, the second time
 * without pages, which cannot expire.
 */
export const listPages = (
  requests: Requests,
  type: ResourceType,
  selection: Selection,
  project: (object: KubeObject) => KubeObject = (object) => object
): Effect.Effect<KubeList, KubeError> => {
  const call = callName("list", type, selection.namespace === undefined ? {} : { namespace: selection.namespace })
  const page = (limit: number | undefined, token: string | undefined) => {
    const query = { ...selectorsOf(selection), limit, continue: token }
    const answer = requests.json({
      call,
      method: "GET",
      path: collectionPath(type, selection.namespace) + queryOf(query),
      accept: selection.metadataOnly === true ? acceptMetadataList : "application/json",
      repeatable: true,
      timeout: "1 minute"
    })
    return Effect.flatMap(kindIsMissing(call, answer), (body) => pageOf(call, type, body))
  }

  const all = Effect.fnUntraced(function* (limit: number | undefined) {
    const items: Array<KubeObject> = []
    let next = yield* page(limit, undefined)
    for (const object of next.items) items.push(project(object))
    while (next.token !== undefined) {
      next = yield* page(limit, next.token)
      for (const object of next.items) items.push(project(object))
    }
    const list: KubeList = { items, resourceVersion: next.resourceVersion }
    return list
  })
  return all(pageSize).pipe(
    Effect.catchReason("KubeError", "Gone", () => all(pageSize)),
    Effect.catchReason("KubeError", "Gone", () => all(undefined))
  )
}

/** Lists and watches name no object: whatever a 404 of theirs says, it is the kind that is missing. */
export const kindIsMissing = <A>(call: string, answer: Effect.Effect<A, KubeError>) =>
  Effect.catchReason(answer, "KubeError", "NotFound", (_, { detail }) =>
    Effect.fail(new KubeError({ call, reason: new NotServed({}), detail }))
  )

/** The query parameters of a selection, for lists and watches. */
export const selectorsOf = (selection: Selection) => ({
  labelSelector: selection.labelSelector,
  fieldSelector: selection.fieldSelector
})

const pageOf = (call: string, type: ResourceType, body: unknown) => {
  const metadata = Predicate.isReadonlyObject(body) ? body["metadata"] : undefined
  const items = Predicate.isReadonlyObject(body) ? (body["items"] ?? []) : undefined
  if (!Predicate.isReadonlyObject(metadata) || !Array.isArray(items)) {
    return Effect.fail(noAnswer(call, "the answer is not a list"))
  }
  const objects: Array<KubeObject> = []
  for (const item of items) {
    const object = asObject(type, item)
    if (object === undefined) return Effect.fail(noAnswer(call, "the list has an item that is no object"))
    objects.push(object)
  }
  const { continue: token, resourceVersion } = metadata
  return Effect.succeed({
    items: objects,
    token: Predicate.isString(token) && token !== "" ? token : undefined,
    resourceVersion: Predicate.isString(resourceVersion) ? resourceVersion : ""
  })
}
