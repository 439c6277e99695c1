import { isSameJson, labels, type ManifestWork, type ManifestWorkSpec } from "@multicluster-mesh/mesh-model"

/** A ManifestWork as it shall be, in the namespace of `cluster` on the hub. */
export interface WantedWork {
  readonly cluster: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: ManifestWorkSpec
}

/**
 * Whether `received` already is what `wanted` says, so that there is nothing to write.
 *
 * Labels and annotations of other people do not count; one of ours that is no longer wanted does.
 */
export const isSameWork = (received: ManifestWork, wanted: WantedWork): boolean =>
  isSameJson(received.spec, wanted.spec) &&
  isSameText(received.metadata.labels ?? {}, wanted.labels) &&
  isSameText(received.metadata.annotations ?? {}, wanted.annotations)

const isSameText = (received: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => received[key] === value) &&
  Object.keys(received).every((key) => key in wanted || !isOurs(key))

const isOurs = (key: string): boolean => key.startsWith(`${labels.group}/`)
