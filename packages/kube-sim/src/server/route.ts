/** What a path names. */
export type Route =
  | { readonly _tag: "Core" }
  | { readonly _tag: "Groups" }
  | { readonly _tag: "Group"; readonly group: string }
  | { readonly _tag: "GroupVersion"; readonly group: string; readonly version: string }
  | {
      readonly _tag: "Resource"
      readonly group: string
      readonly version: string
      readonly plural: string
      readonly namespace: string | undefined
      readonly name: string | undefined
      readonly subresource: string | undefined
    }
  | { readonly _tag: "Version" }
  | { readonly _tag: "Health" }
  | { readonly _tag: "OpenApiRoot" }
  | { readonly _tag: "OpenApi"; readonly group: string; readonly version: string }
  | { readonly _tag: "Nothing" }

/** Reads a path of the Kubernetes API. */
export const routeOf = (path: string): Route => {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent)
  const [first, second, third, ...rest] = parts
  switch (first) {
    case "api":
      return second === undefined ? { _tag: "Core" } : apiRoute("", second, third === undefined ? [] : [third, ...rest])
    case "apis":
      if (second === undefined) return { _tag: "Groups" }
      return third === undefined ? { _tag: "Group", group: second } : apiRoute(second, third, rest)
    case "version":
      return { _tag: "Version" }
    case "healthz":
    case "readyz":
    case "livez":
      return { _tag: "Health" }
    case "openapi":
      return openApiRoute(parts.slice(1))
    default:
      return { _tag: "Nothing" }
  }
}

const openApiRoute = (parts: ReadonlyArray<string>): Route => {
  const [format, api, group, version] = parts
  if (format !== "v3") return { _tag: "Nothing" }
  if (api === undefined) return { _tag: "OpenApiRoot" }
  if (api === "api" && group !== undefined) return { _tag: "OpenApi", group: "", version: group }
  if (api === "apis" && group !== undefined && version !== undefined) return { _tag: "OpenApi", group, version }
  return { _tag: "Nothing" }
}

const apiRoute = (group: string, version: string, parts: ReadonlyArray<string>): Route => {
  if (parts.length === 0) return { _tag: "GroupVersion", group, version }
  const [first, second, third] = parts
  // /namespaces/x and its subresources are the namespace itself; /namespaces/x/pods what lies in it
  const inNamespace = first === "namespaces" && third !== undefined && !namespaceSubresources.has(third)
  const [namespace, [plural, name, subresource, ...more]] = inNamespace ? [second, parts.slice(2)] : [undefined, parts]
  if (plural === undefined || more.length > 0) return { _tag: "Nothing" }
  return { _tag: "Resource", group, version, plural, namespace, name, subresource }
}

const namespaceSubresources = new Set(["status", "finalize"])
