import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { listAt, textsAt } from "../fields.ts"
import { selects } from "../selects.ts"
import { isOwnMember } from "./memberObjects.ts"

/** All names that the roll resolves to, sorted; never namespaces of the platform. */
export const wantedMembers = (
  roll: KubeObject,
  wishes: ReadonlyArray<KubeObject>,
  all: ReadonlyArray<KubeObject>,
  own: string
): ReadonlyArray<string> => {
  const named = textsAt(roll, "spec", "members")
  const selectors = listAt(roll, "spec", "memberSelectors")
  const selected = all
    .filter(
      ({ metadata }) => named.includes("*") || selectors.some((selector) => selects(selector, metadata.labels ?? {}))
    )
    .map(({ metadata }) => metadata.name)
  const joined = wishes.filter((member) => !isOwnMember(member)).map(({ metadata }) => metadata.namespace ?? "")
  const names = new Set([...named.filter((name) => name !== "*"), ...selected, ...joined])
  return [...names].filter((name) => name !== own && !/^(?:kube|openshift|ibm-)/u.test(name)).sort()
}
