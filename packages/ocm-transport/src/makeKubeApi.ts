import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { Connection } from "./Connection.ts"
import type { Call } from "./exchange.ts"
import { makeInformer } from "./makeInformer.ts"
import type { KubeApi, ResourceType, ServedKind } from "./KubeApi.ts"
import { acceptMetadata, listPages } from "./listPages.ts"
import { asObject, dropManagedFields, metadataOf } from "./objects.ts"
import type { RateLimit } from "./RateLimit.ts"
import { makeRequests } from "./request.ts"
import { callName, collectionPath, groupVersionPath, objectPath, queryOf } from "./resourcePath.ts"
import { noAnswer } from "./statusError.ts"

export interface KubeApiOptions {
  /** Most calls of this credential, repeats included; watches are exempt. No limit of our own when absent. */
  readonly rateLimit?: RateLimit
}

/**
 * Makes the calls to one API server. Sockets, and the copies of its informers, live as long as the scope.
 *
 * Errors: `KubeConfigError` when there are no usable credentials to begin with; later ones are `Unavailable`. Each
 * call is repeated a few times where that cannot do harm: a create or JSON patch only if the server refused to look
 * at it (429).
 */
export const makeKubeApi = Effect.fnUntraced(function* (connection: Connection, options: KubeApiOptions = {}) {
  const requests = yield* makeRequests(connection, options.rateLimit)

  const object = (type: ResourceType, call: Call) =>
    Effect.flatMap(requests.json(call), (body) => {
      const object = asObject(type, body)
      return object === undefined
        ? Effect.fail(noAnswer(call.call, "the answer is not an object"))
        : Effect.succeed(object)
    })

  const api: KubeApi = {
    get: (type, ref, options = {}) =>
      object(type, {
        call: callName("get", type, ref),
        method: "GET",
        path: objectPath(type, ref),
        repeatable: true,
        ...(options.metadataOnly === true && { accept: acceptMetadata })
      }).pipe(options.metadataOnly === true ? Effect.map(metadataOf) : (got) => got),

    list: (type, selection = {}) => listPages(requests, type, selection),

    create: (type, object_, { dryRun, fieldManager } = {}) =>
      object(type, {
        call: callName("create", type, object_.metadata),
        method: "POST",
        path: collectionPath(type, object_.metadata.namespace) + queryOf({ ...dryRunOf(dryRun), fieldManager }),
        body: object_
      }),

    replace: (type, object_, { subresource, fieldManager } = {}) =>
      object(type, {
        call: callName("replace", type, object_.metadata, subresource),
        method: "PUT",
        path: objectPath(type, object_.metadata, subresource) + queryOf({ fieldManager }),
        body: object_,
        repeatable: true
      }),

    apply: (type, object_, { fieldManager, force, subresource, dryRun }) =>
      object(type, {
        call: callName("apply", type, object_.metadata, subresource),
        method: "PATCH",
        path: objectPath(type, object_.metadata, subresource) + queryOf({ fieldManager, force, ...dryRunOf(dryRun) }),
        contentType: "application/apply-patch+yaml",
        body: dropManagedFields(object_), // the server refuses an apply that carries them
        repeatable: true
      }),

    patch: (type, ref, patch, { contentType = "merge", subresource, fieldManager } = {}) =>
      object(type, {
        call: callName("patch", type, ref, subresource),
        method: "PATCH",
        path: objectPath(type, ref, subresource) + queryOf({ fieldManager }),
        contentType: `application/${contentType === "json" ? "json-patch" : "merge-patch"}+json`,
        body: patch,
        repeatable: contentType === "merge"
      }),

    delete: (type, ref, { uid, propagationPolicy } = {}) =>
      requests
        .json({
          call: callName("delete", type, ref),
          method: "DELETE",
          path: objectPath(type, ref),
          body: {
            apiVersion: "v1",
            kind: "DeleteOptions",
            ...(uid !== undefined && { preconditions: { uid } }),
            ...(propagationPolicy !== undefined && { propagationPolicy })
          },
          repeatable: true
        })
        .pipe(Effect.asVoid),

    informer: (type, options = {}) => makeInformer(requests, type, options),

    serves: (apiVersion) =>
      requests
        .json({ call: `discover ${apiVersion}`, method: "GET", path: groupVersionPath(apiVersion), repeatable: true })
        .pipe(
          Effect.map(servedKinds),
          Effect.catchReason("KubeError", "NotServed", () => Effect.succeed([])),
          Effect.catchReason("KubeError", "NotFound", () => Effect.succeed([]))
        )
  }
  return api
})

const dryRunOf = (dryRun: boolean | undefined) => (dryRun === true ? { dryRun: "All" } : {})

const servedKinds = (body: unknown): ReadonlyArray<ServedKind> => {
  const resources = Predicate.isReadonlyObject(body) ? body["resources"] : undefined
  if (!Array.isArray(resources)) return []
  return resources.filter(Predicate.isReadonlyObject).flatMap(({ kind, name, namespaced }): Array<ServedKind> => {
    // `pods/status` and the like are parts of a kind
    if (!Predicate.isString(kind) || !Predicate.isString(name) || name.includes("/")) return []
    return [{ kind, plural: name, namespaced: namespaced === true }]
  })
}
