import { canonicalJson } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"

/** Whether `live` already is what `wanted` says, so that there is nothing to write. Labels of others do not count. */
export const isSameObject = (live: KubeObject | undefined, wanted: KubeObject): boolean => {
  if (live === undefined) return false
  const { metadata, ...fields } = wanted
  return (
    live.metadata.deletionTimestamp === undefined &&
    Object.entries(fields).every(([field, value]) => canonicalJson(live[field]) === canonicalJson(value)) &&
    hasTexts(live.metadata.labels, metadata.labels) &&
    hasTexts(live.metadata.annotations, metadata.annotations) &&
    canonicalJson(live.metadata.ownerReferences) === canonicalJson(metadata.ownerReferences)
  )
}

type Texts = Readonly<Record<string, string>> | undefined

const hasTexts = (live: Texts, wanted: Texts): boolean =>
  Object.entries(wanted ?? {}).every(([key, value]) => live?.[key] === value)
