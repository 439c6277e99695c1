import type { ClusterFacts } from "@multicluster-mesh/federation-planner"
import { hubVersion } from "./version.ts"

/**
 * How far the version of an agent is from the hub controller's, by major and minor version. A version that cannot be
 * read says nothing.
 *
 * An agent is upgraded after the hub controller, and goes back after it: so it may be older, or, for a while, newer.
 */
export const agentAge = (agent: string | undefined, hub: string = hubVersion): ClusterFacts["agentAge"] => {
  const [own, other] = [minorOf(hub), minorOf(agent ?? "")]
  if (own === undefined || other === undefined) return undefined
  const ahead = own.major === other.major ? other.minor - own.minor : Math.sign(other.major - own.major) * Infinity
  if (ahead === 0) return undefined
  if (ahead < 0) return ahead === -1 ? "Previous" : "TooOld"
  return ahead === 1 ? "Next" : "TooNew"
}

const minorOf = (version: string): { readonly major: number; readonly minor: number } | undefined => {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})\./u.exec(version) ?? []
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}
