import { openApiV3Document } from "../schema/openApiV3.ts"
import { groupVersionOf, type Kind } from "./Kind.ts"

/** The group versions of /openapi/v3. */
export const openApiRoot = (kinds: ReadonlyArray<Kind>) => ({
  paths: Object.fromEntries(
    groupVersions(kinds).map((groupVersion) => {
      const path = groupVersion.includes("/") ? `apis/${groupVersion}` : `api/${groupVersion}`
      return [path, { serverRelativeURL: `/openapi/v3/${path}` }]
    })
  )
})

/** The document of one group version; undefined when nothing of it is served. */
export const openApiDocument = (kinds: ReadonlyArray<Kind>, group: string, version: string): unknown => {
  const served = kinds.filter(({ type }) => type.group === group && type.version === version)
  return served.length === 0 ? undefined : openApiV3Document(groupVersionOf(group, version), served)
}

const groupVersions = (kinds: ReadonlyArray<Kind>): ReadonlyArray<string> => [
  ...new Set(kinds.map(({ type }) => groupVersionOf(type.group, type.version)))
]
