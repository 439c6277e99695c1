import type { ClusterFacts } from "@multicluster-mesh/federation-planner"
import { hubVersion } from "./version.ts"

/**
 * How much older an agent is than the hub controller, by major and minor version. A version that cannot be read says
 * nothing, and neither does a newer one: an agent is upgraded last, and goes back last.
 */
export const agentAge = (agent: string | undefined, hub: string = hubVersion): ClusterFacts["agentAge"] => {
  const [own, other] = [minorOf(hub), minorOf(agent ?? "")]
  if (own === undefined || other === undefined || other.major > own.major) return undefined
  if (other.major < own.major) return "TooOld"
  const behind = own.minor - other.minor
  if (behind <= 0) return undefined
  return behind === 1 ? "Previous" : "TooOld"
}

const minorOf = (version: string): { readonly major: number; readonly minor: number } | undefined => {
  const [, major, minor] = /^(\d{1,6})\.(\d{1,6})\./u.exec(version) ?? []
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}
