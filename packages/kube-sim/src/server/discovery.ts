import { createHash } from "node:crypto"
import { groupVersionOf, type Kind } from "./Kind.ts"

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
const statusVerbs = ["get", "patch", "update"]

/** The versions of a group in the order of their priority: v1 before v1beta1 before v1alpha1. */
const versionsOf = (kinds: ReadonlyArray<Kind>, group: string): ReadonlyArray<string> =>
  [...new Set(kinds.filter(({ type }) => type.group === group).map(({ type }) => type.version))].toSorted(
    (a, b) => rankOf(b) - rankOf(a)
  )

const rankOf = (version: string): number => {
  const [, major = "0", stage = "", minor = "0"] = /^v(\d+)(alpha|beta)?(\d*)$/u.exec(version) ?? []
  return (stage === "" ? 2e6 : stage === "beta" ? 1e6 : 0) + Number(major) * 1000 + Number(minor)
}

const groupsOf = (kinds: ReadonlyArray<Kind>): ReadonlyArray<string> =>
  [...new Set(kinds.map(({ type }) => type.group))].filter((group) => group !== "")

export const apiVersions = () => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: []
})

export const apiGroupList = (kinds: ReadonlyArray<Kind>) => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: groupsOf(kinds).map((group) => groupEntry(kinds, group))
})

/** One group; undefined when nothing of it is served. */
export const apiGroup = (kinds: ReadonlyArray<Kind>, group: string) =>
  versionsOf(kinds, group).length === 0
    ? undefined
    : { kind: "APIGroup", apiVersion: "v1", ...groupEntry(kinds, group) }

const groupEntry = (kinds: ReadonlyArray<Kind>, group: string) => {
  const versions = versionsOf(kinds, group).map((version) => ({
    groupVersion: groupVersionOf(group, version),
    version
  }))
  return { name: group, versions, preferredVersion: versions[0] }
}

/** The resources of a group version; undefined when nothing of it is served. */
export const apiResourceList = (kinds: ReadonlyArray<Kind>, group: string, version: string) => {
  const served = kinds.filter(({ type }) => type.group === group && type.version === version)
  if (served.length === 0) return undefined
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersionOf(group, version),
    resources: served.flatMap((kind) => [
      {
        name: kind.type.plural,
        singularName: kind.singular,
        namespaced: kind.type.namespaced,
        kind: kind.type.kind,
        verbs,
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        ...(kind.categories.length > 0 && { categories: kind.categories }),
        storageVersionHash: createHash("sha256").update(`${group}/${kind.type.plural}`).digest("base64").slice(0, 12)
      },
      ...(kind.subresources.status
        ? [
            {
              name: `${kind.type.plural}/status`,
              singularName: "",
              namespaced: kind.type.namespaced,
              kind: kind.type.kind,
              verbs: statusVerbs
            }
          ]
        : [])
    ])
  }
}

/** APIGroupDiscoveryList: all groups in one answer, for the core (`/api`) or the others (`/apis`). */
export const aggregatedDiscovery = (kinds: ReadonlyArray<Kind>, core: boolean) => ({
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  metadata: {},
  items: (core ? [""] : groupsOf(kinds)).map((group) => ({
    metadata: { ...(group !== "" && { name: group }), creationTimestamp: null },
    versions: versionsOf(kinds, group).map((version) => ({
      version,
      freshness: "Current",
      resources: kinds
        .filter(({ type }) => type.group === group && type.version === version)
        .map((kind) => {
          const responseKind = { group, version, kind: kind.type.kind }
          return {
            resource: kind.type.plural,
            responseKind,
            scope: kind.type.namespaced ? "Namespaced" : "Cluster",
            singularResource: kind.singular,
            verbs,
            ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
            ...(kind.categories.length > 0 && { categories: kind.categories }),
            ...(kind.subresources.status && {
              subresources: [{ subresource: "status", responseKind, verbs: statusVerbs }]
            })
          }
        })
    }))
  }))
})
