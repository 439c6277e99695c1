import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { storeKey } from "../store/ObjectStore.ts"
import { apiError, badRequest, expired } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { type ContinueToken, readToken, writeToken } from "./continueToken.ts"
import { resourceOf } from "./Kind.ts"
import type { ListMetadata } from "./partial.ts"
import { selectionOf } from "./selection.ts"
import type { Server } from "./Server.ts"

/** A page of a list. */
export interface Page {
  readonly items: ReadonlyArray<KubeObject>
  readonly metadata: ListMetadata
}

/** The selected objects at one revision, whole or page by page. */
export const listObjects = Effect.fnUntraced(function* (server: Server, call: Call) {
  const limit = Number(call.query.get("limit") ?? "0")
  const token = call.query.get("continue") ?? ""
  if (token !== "") return yield* nextPage(server, call, token, limit)
  const version = call.query.get("resourceVersion") ?? ""
  if (version !== "" && !isRevision(version)) {
    return yield* badRequest(`invalid resource version: ${notARevision(version)}`)
  }
  const wanted = Number(version)
  yield* notInTheFuture(server, wanted)
  const isExact = call.query.get("resourceVersionMatch") === "Exact"
  const revision = isExact ? wanted : server.store.revision()
  const objects = server.store.collection(resourceOf(call.kind.type)).at(revision)
  if (objects === undefined) return yield* expired("The resourceVersion for the provided list is too old.")
  return yield* pageOf(call, objects, revision, limit)
})

const nextPage = Effect.fnUntraced(function* (server: Server, call: Call, text: string, limit: number) {
  const token = readToken(text)
  if ("problem" in token) return yield* badRequest(`invalid continue token: ${token.problem}`)
  if ((call.query.get("resourceVersion") ?? "") !== "") {
    return yield* badRequest("specifying resource version is not allowed when using continue")
  }
  const revision = token.revision === -1 ? server.store.revision() : token.revision
  const objects = server.store.collection(resourceOf(call.kind.type)).at(revision)
  if (objects === undefined) return yield* tokenExpired(token)
  return yield* pageOf(call, objects, revision, limit, token.after)
})

/** 410 with a token that goes on with the present: the pages then do not belong together. */
const tokenExpired = (token: ContinueToken) => {
  const message =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."
  return expired(message, { continue: writeToken({ revision: -1, after: token.after }) })
}

const pageOf = Effect.fnUntraced(function* (
  call: Call,
  objects: ReadonlyArray<KubeObject>,
  revision: number,
  limit: number,
  after?: string
) {
  const selector = yield* selectionOf(call)
  const selected = objects.filter((object) => (after === undefined || keyOf(object) > after) && selector(object))
  const resourceVersion = String(revision)
  const items = limit > 0 ? selected.slice(0, limit) : selected
  const last = items.at(-1)
  const left = selected.length - items.length
  if (left === 0 || last === undefined) return { items, metadata: { resourceVersion } } satisfies Page
  const page: Page = {
    items,
    metadata: {
      resourceVersion,
      continue: writeToken({ revision, after: keyOf(last) }),
      // a real server counts without looking: it cannot say how many of the rest are selected
      ...(!isSelective(call) && { remainingItemCount: left })
    }
  }
  return page
})

const keyOf = ({ metadata }: KubeObject): string => storeKey(metadata.namespace, metadata.name)

const isSelective = ({ query }: Call): boolean =>
  (query.get("labelSelector") ?? "") !== "" || (query.get("fieldSelector") ?? "") !== ""

export const isRevision = (text: string): boolean => /^\d+$/u.test(text)

export const notARevision = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`

/** Fails with 504 for a revision that the store has not come to. */
export const notInTheFuture = Effect.fnUntraced(function* (server: Server, wanted: number) {
  const current = server.store.revision()
  if (wanted <= current) return
  yield* apiError(504, "Timeout", `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1
  })
})
