import type { Granted } from "./rights.ts"

/** Rights that a story does not need, by `verb resource`, and what needs them. */
interface Reason {
  readonly rights: RegExp
  readonly why: string
}

const everywhere: ReadonlyArray<Reason> = [
  { rights: /^list /u, why: "an API server that cannot stream a list is asked for one" }
]

export const ofHubController: ReadonlyArray<Reason> = [
  ...everywhere,
  { rights: /^patch events$/u, why: "news that are told again count up" },
  {
    rights: /^get customresourcedefinitions$/u,
    why: "asked when an object of ours is gone: was its definition deleted?"
  },
  { rights: /^patch managedclusteraddons$/u, why: "a finalizer, where an add-on has something to do before it goes" },
  {
    rights: /^update managedclusteraddons\/finalizers$/u,
    why: "asked for by OwnerReferencesPermissionEnforcement, which OpenShift switches on"
  },
  { rights: /^delete meshagents$/u, why: "the add-on is removed from a cluster" },
  { rights: /^patch meshagents\/status$/u, why: "nobody can grant what they may not do: it is granted to each agent" },
  { rights: /^delete (roles|rolebindings)$/u, why: "a later release withdraws a role" },
  { rights: /^approve signers$/u, why: "part of each approval of a certificate, no call of its own" },
  { rights: /^(create|get) secrets$/u, why: "the id of the fleet, made once" }
]

export const ofAgent: ReadonlyArray<Reason> = [
  ...everywhere,
  { rights: /^get /u, why: "an object that no watch shows is asked for by its name, before it is called absent" },
  { rights: /^watch /u, why: "a kind that is not served on this cluster yet" },
  { rights: /^(create|get|update) leases$/u, why: "the lease is made once, and renewed about once a minute" }
]

/** Those rights that nothing in `reasons` explains. */
export const unexplained = (rights: ReadonlyArray<Granted>, reasons: ReadonlyArray<Reason>): ReadonlyArray<Granted> =>
  rights.filter(({ resource, verb }) => !reasons.some(({ rights }) => rights.test(`${verb} ${resource}`)))
