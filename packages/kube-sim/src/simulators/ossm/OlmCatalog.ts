import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { textAt } from "../fields.ts"

/** The packages of a catalog source, with the newest version in each channel. */
export type Catalog = Readonly<Record<string, Readonly<Record<string, string>>>>

/** A catalog source that can be updated. */
export interface OlmCatalog {
  /** The version that a Subscription asks for; undefined when the catalog has none. */
  readonly versionFor: (subscription: KubeObject) => string | undefined
  /** Puts a version into a channel. */
  readonly put: (packageName: string, channel: string, version: string) => void
}

export const makeOlmCatalog = (given: Catalog): OlmCatalog => {
  const packages = new Map(Object.entries(given).map(([name, channels]) => [name, new Map(Object.entries(channels))]))
  return {
    versionFor: (subscription) => {
      const channels = packages.get(textAt(subscription, "spec", "name") ?? "")
      const channel = textAt(subscription, "spec", "channel") ?? [...(channels?.keys() ?? [])][0]
      return textAt(subscription, "spec", "source") === "redhat-operators" ? channels?.get(channel ?? "") : undefined
    },
    put: (packageName, channel, version) => {
      const channels = packages.get(packageName) ?? new Map<string, string>()
      channels.set(channel, version)
      packages.set(packageName, channels)
    }
  }
}
