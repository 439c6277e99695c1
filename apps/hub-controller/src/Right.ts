import type { ResourceType } from "@multicluster-mesh/mesh-model"

/** One rule of a role, and what needs it. */
export interface Right {
  readonly why: string
  readonly apiGroups: readonly [string]
  readonly resources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
}

/** The rule that grants `verbs` on some kinds of one group. */
export const right = (
  why: string,
  types: readonly [ResourceType, ...ReadonlyArray<ResourceType>],
  verbs: ReadonlyArray<string>,
  more: { readonly subresource?: string; readonly names?: ReadonlyArray<string> } = {}
): Right => ({
  why,
  apiGroups: [types[0].group],
  resources: types.map(({ plural }) => (more.subresource === undefined ? plural : `${plural}/${more.subresource}`)),
  verbs,
  ...(more.names === undefined ? {} : { resourceNames: more.names })
})
