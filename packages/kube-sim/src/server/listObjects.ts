import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { type ApiError, apiError, badRequest, expired } from "./ApiError.ts"
import type { Call } from "./Call.ts"
import { resourceOf } from "./Kind.ts"
import type { ListMetadata } from "./partial.ts"
import { selectionOf } from "./selection.ts"
import type { Server } from "./Server.ts"

/** A page of a list. */
export interface Page {
  readonly items: ReadonlyArray<KubeObject>
  readonly metadata: ListMetadata
}

/** As many snapshots are kept for clients that read page by page; older ones have expired. */
const maxSnapshots = 64

/** The selected objects at one revision, whole or page by page. */
export const listObjects = Effect.fnUntraced(function* (server: Server, call: Call) {
  const token = call.query.get("continue") ?? ""
  const limit = Number(call.query.get("limit") ?? "0")
  if (!Number.isInteger(limit) || limit < 0) return yield* badRequest(`invalid limit: ${call.query.get("limit")}`)
  if (token !== "") return yield* nextPage(server, token, limit)
  yield* checkResourceVersion(server, call)
  const selector = yield* selectionOf(call)
  const items = server.store.collection(resourceOf(call.kind.type)).all().filter(selector)
  return pageOf(server, items, String(server.store.revision()), 0, limit)
})

const checkResourceVersion = Effect.fnUntraced(function* (server: Server, call: Call) {
  const wanted = Number(call.query.get("resourceVersion") ?? "0")
  if (!Number.isInteger(wanted) || wanted < 0) {
    yield* badRequest(`Invalid value: "${call.query.get("resourceVersion")}": strconv.ParseUint: parsing`)
  }
  yield* notInTheFuture(server, wanted)
  if (call.query.get("resourceVersionMatch") === "Exact" && wanted !== server.store.revision()) {
    yield* expired("The provided resource version is not available: kube-sim lists the present alone")
  }
})

/** Fails with 504 for a revision that the store has not come to. */
export const notInTheFuture = Effect.fnUntraced(function* (server: Server, wanted: number) {
  if (wanted > server.store.revision()) yield* tooLarge(server, wanted)
})

const tooLarge = (server: Server, wanted: number): ApiError =>
  apiError(504, "Timeout", `Too large resource version: ${wanted}, current: ${server.store.revision()}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1
  })

const nextPage = Effect.fnUntraced(function* (server: Server, token: string, limit: number) {
  const [revision = "", offset = "", id = ""] = Buffer.from(token, "base64url").toString("utf8").split("/")
  const snapshot = server.pages.get(id)
  if (snapshot === undefined) {
    return yield* expired(
      "The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter."
    )
  }
  return pageOf(server, snapshot, revision, Number(offset), limit, id)
})

const pageOf = (
  server: Server,
  items: ReadonlyArray<KubeObject>,
  resourceVersion: string,
  offset: number,
  limit: number,
  snapshot?: string
): Page => {
  const end = limit === 0 ? items.length : offset + limit
  const remaining = items.length - end
  if (remaining <= 0) return { items: items.slice(offset), metadata: { resourceVersion } }
  const id = snapshot ?? keepSnapshot(server, items)
  return {
    items: items.slice(offset, end),
    metadata: {
      resourceVersion,
      continue: Buffer.from(`${resourceVersion}/${end}/${id}`).toString("base64url"),
      remainingItemCount: remaining
    }
  }
}

const keepSnapshot = (server: Server, items: ReadonlyArray<KubeObject>): string => {
  const id = server.nextUid()
  server.pages.set(id, items)
  const [oldest] = server.pages.keys()
  if (server.pages.size > maxSnapshots && oldest !== undefined) server.pages.delete(oldest)
  return id
}
