import { canonicalJson, hashOf } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"

/**
 * The hash by which OCM tells one state of a configuration from another: SHA-256, in hexadecimal, of all its fields
 * but `apiVersion`, `kind`, `metadata` and `status`, as Go writes them.
 *
 * `config` must be the object as the API server gave it: a decoded one lacks fields, or has others. Numbers beyond
 * 2^53 lose digits when they are read, and have another hash here than in Go.
 */
export const specHash = (config: KubeObject): string => {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...rest } = config
  return hashOf(goJson(rest), 64)
}

/** Go escapes what HTML or JavaScript could misread. */
const goJson = (value: unknown): string =>
  canonicalJson(value).replaceAll(
    /[<>&\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
