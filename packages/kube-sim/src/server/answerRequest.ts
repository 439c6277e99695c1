import * as Effect from "effect/Effect"
import type { IncomingHttpHeaders } from "node:http"
import { type Answer, json, pageNotFound } from "./Answer.ts"
import { answerResource } from "./answerResource.ts"
import { apiError, methodNotAllowed, notFound, notImplemented } from "./ApiError.ts"
import { builtins } from "./builtins.ts"
import type { Call } from "./Call.ts"
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from "./discovery.ts"
import { type Kind, resourceOf } from "./Kind.ts"
import { openApiDocument, openApiRoot } from "./openApi.ts"
import { isApply } from "./patchObject.ts"
import { type Route, routeOf } from "./route.ts"
import type { Server } from "./Server.ts"
import type { User } from "./User.ts"

/** An HTTP request whose body has been read. */
export interface Request {
  readonly user: User
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  readonly warnings: Array<string>
}

/** Answers one request; what is refused or not implemented is an ApiError. */
export const answerRequest = Effect.fnUntraced(function* (server: Server, request: Request) {
  const route = routeOf(request.url.pathname)
  if (route._tag === "Resource") return yield* toResource(server, request, route)
  if (request.method !== "GET" && request.method !== "HEAD") {
    return route._tag === "Nothing"
      ? pageNotFound
      : yield* methodNotAllowed("the server does not allow this method on the requested resource")
  }
  const kinds = server.kinds.all()
  const aggregated = request.headers.accept?.includes("as=APIGroupDiscoveryList") === true
  switch (route._tag) {
    case "Core":
      return aggregated ? discoveryList(aggregatedDiscovery(kinds, true)) : json(apiVersions())
    case "Groups":
      return aggregated ? discoveryList(aggregatedDiscovery(kinds, false)) : json(apiGroupList(kinds))
    case "Group":
      return orNotFound(apiGroup(kinds, route.group))
    case "GroupVersion":
      return orNotFound(apiResourceList(kinds, route.group, route.version))
    case "Version":
      return json(version)
    case "Health":
      return { _tag: "Text", code: 200, body: "ok" } satisfies Answer
    case "OpenApiRoot":
      return json(openApiRoot(kinds))
    case "OpenApi":
      return orNotFound(openApiDocument(kinds, route.group, route.version))
    default:
      return pageNotFound
  }
})

/** Groups of a real server, whose paths it knows; what they lack is said by a Status. */
const builtinGroups = new Set(builtins.map(({ type }) => type.group))

const orNotFound = (body: unknown): Answer => (body === undefined ? pageNotFound : json(body))

const discoveryList = (body: unknown): Answer => ({
  _tag: "Json",
  code: 200,
  body,
  contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
})

/** The release of Kubernetes whose behaviour is the measure. */
const version = {
  major: "1",
  minor: "37",
  gitVersion: "v1.37.0+kube-sim",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/amd64"
}

/** Of a certificate request, `approval` is the part of the status that says so. */
const isApproval = (kind: Kind, subresource: string | undefined): boolean =>
  subresource === "approval" && kind.type.plural === "certificatesigningrequests"

const toResource = Effect.fnUntraced(function* (
  server: Server,
  request: Request,
  route: Extract<Route, { readonly _tag: "Resource" }>
) {
  const kind = server.kinds.find(route.group, route.version, route.plural)
  if (kind === undefined) {
    return builtinGroups.has(route.group)
      ? yield* apiError(404, "NotFound", "the server could not find the requested resource", {})
      : pageNotFound
  }
  if (
    kind.type.namespaced ? route.namespace === undefined && route.name !== undefined : route.namespace !== undefined
  ) {
    return pageNotFound
  }
  const subresource = isApproval(kind, route.subresource) ? "status" : route.subresource
  const where = `${request.method} ${request.url.pathname}`
  if (subresource !== undefined && (subresource !== "status" || !kind.subresources.status)) {
    return kind.custom
      ? yield* notFound(kind.type, route.name ?? "")
      : yield* notImplemented(`${where}: subresource ${subresource}`)
  }
  const query = request.url.searchParams
  for (const parameter of query.keys()) {
    if (!knownParameters.has(parameter)) return yield* notImplemented(`${where}: parameter ${parameter}`)
  }
  const verb = verbOf(request, route)
  if (verb === undefined) {
    return yield* methodNotAllowed("the server does not allow this method on the requested resource")
  }
  const userAgent = request.headers["user-agent"]
  const call: Call = {
    verb,
    kind,
    namespace: route.namespace,
    name: route.name,
    subresource,
    query,
    body: request.body,
    contentType: request.headers["content-type"] ?? "application/json",
    accept: request.headers.accept ?? "",
    manager: query.get("fieldManager") ?? managerOf(userAgent),
    userAgent,
    user: request.user,
    dryRun: query.getAll("dryRun").includes("All"),
    warnings: request.warnings
  }
  const counter = `${verb} ${resourceOf(kind.type).replace(/^\//u, "")}`
  server.requests.set(counter, (server.requests.get(counter) ?? 0) + 1)
  return yield* Effect.retry(answerResource(server, call), { while: (error) => error._tag === "Raced" })
})

/** The manager of a client that does not name one: its program's name. */
const managerOf = (userAgent: string | undefined): string => userAgent?.split("/")[0] ?? "unknown"

const verbOf = (request: Request, route: Extract<Route, { readonly _tag: "Resource" }>): Call["verb"] | undefined => {
  const single = route.name !== undefined
  switch (request.method) {
    case "GET":
    case "HEAD":
      if (isTrue(request.url.searchParams.get("watch"))) return "watch"
      return single ? "get" : "list"
    case "POST":
      return single ? undefined : "create"
    case "PUT":
      return single ? "update" : undefined
    case "PATCH":
      if (!single) return undefined
      return isApply(request.headers["content-type"] ?? "") ? "apply" : "patch"
    case "DELETE":
      return single ? "delete" : "deletecollection"
    default:
      return undefined
  }
}

const isTrue = (value: string | null): boolean => value === "true" || value === "1" || value === ""

const knownParameters = new Set([
  "allowWatchBookmarks",
  "continue",
  "dryRun",
  "fieldManager",
  "fieldSelector",
  "fieldValidation",
  "force",
  "gracePeriodSeconds",
  "includeObject",
  "labelSelector",
  "limit",
  "orphanDependents",
  "pretty",
  "propagationPolicy",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "timeout",
  "timeoutSeconds",
  "watch"
])
