import type { Granted } from "./rights.ts"

/** Rights that a story does not need, by `verb resource`, and what needs them. */
interface Reason {
  readonly rights: RegExp
  readonly why: string
  /** It is one only for who may do this, too. */
  readonly beside?: string
}

const everywhere: ReadonlyArray<Reason> = [
  { rights: /^list /u, beside: "watch", why: "an API server that cannot stream a list is asked for one" }
]

export const ofHubController: ReadonlyArray<Reason> = [
  ...everywhere,
  { rights: /^patch events$/u, why: "news that are told again count up" },
  {
    rights: /^update managedclusteraddons\/finalizers$/u,
    why: "asked for by OwnerReferencesPermissionEnforcement, which OpenShift switches on"
  },
  { rights: /^patch meshagents\/status$/u, why: "nobody can grant what they may not do: it is granted to each agent" },
  { rights: /^delete (roles|rolebindings)$/u, why: "a later release withdraws a role" },
  { rights: /^approve signers$/u, why: "part of each approval of a certificate, no call of its own" }
]

/** Of what `helm uninstall` runs, where a hub controller has undone all federations. */
export const ofUninstall: ReadonlyArray<Reason> = [
  { rights: /^patch managedclusteraddons$/u, why: "a finalizer that nobody else takes off" },
  { rights: /^create events$/u, why: "federations that nobody has undone" },
  { rights: /^patch meshes$/u, why: "a Mesh that a person has made, or whose removal is under way" }
]

export const ofAgent: ReadonlyArray<Reason> = everywhere

/** Those rights never used that nothing in `reasons` explains. */
export const unexplained = (
  { granted, unused }: { readonly granted: ReadonlyArray<Granted>; readonly unused: ReadonlyArray<Granted> },
  reasons: ReadonlyArray<Reason>
): ReadonlyArray<Granted> =>
  unused.filter(
    ({ group, resource, verb }) =>
      !reasons.some(
        ({ beside, rights }) =>
          rights.test(`${verb} ${resource}`) &&
          (beside === undefined ||
            granted.some((other) => other.group === group && other.resource === resource && other.verb === beside))
      )
  )
