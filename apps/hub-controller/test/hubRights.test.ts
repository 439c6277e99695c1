import type { PolicyRule } from "@multicluster-mesh/ocm-transport/addon"
import { describe, expect, it } from "vitest"
import { agentHubRights } from "../src/addon/agentRights.ts"
import { hubRights, hubRightsInAddonNamespace } from "../src/hubRights.ts"
import { uninstallRights, uninstallRightsInAddonNamespace } from "../src/uninstall/uninstallRights.ts"

const all = [...hubRights, ...hubRightsInAddonNamespace]

/** Each right of its own: what may be done to what. */
const rightsOf = (rules: ReadonlyArray<PolicyRule>) =>
  rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [""] }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => resourceNames.map((name) => ({ group, resource, verb, name })))
      )
    )
  )

const texts = (rules: ReadonlyArray<PolicyRule>) =>
  rightsOf(rules).map(({ group, resource, verb, name }) => `${verb} ${resource}.${group} ${name}`)

describe("rights of the hub controller", () => {
  it("hold all that an agent is granted: nobody can grant what they may not do", () => {
    const held = new Set(texts(hubRights))
    const missing = rightsOf(agentHubRights).filter(
      ({ group, resource, verb }) => !held.has(`${verb} ${resource}.${group} `)
    )
    expect(missing).toEqual([])
  })

  it("have no wildcard, and each only once", () => {
    const wildcards = all.filter(({ apiGroups, resources, verbs }) =>
      [...apiGroups, ...resources, ...verbs].some((part) => part.includes("*"))
    )
    expect(wildcards).toEqual([])
    expect(texts(hubRights)).toEqual([...new Set(texts(hubRights))])
    expect(texts(hubRightsInAddonNamespace)).toEqual([...new Set(texts(hubRightsInAddonNamespace))])
  })

  it("reach Secrets in the add-on's namespace alone, and no pod, no token, no impersonation anywhere", () => {
    const everywhere = rightsOf(hubRights).map(({ resource }) => resource)
    for (const tooMuch of ["secrets", "pods", "serviceaccounts", "serviceaccounts/token", "users", "groups"])
      expect(everywhere).not.toContain(tooMuch)
    const verbs = rightsOf(all).map(({ verb }) => verb)
    for (const tooMuch of ["escalate", "bind", "impersonate", "deletecollection"]) expect(verbs).not.toContain(tooMuch)
  })
})

describe("rights of what uninstalls the add-on", () => {
  const own = [...uninstallRights, ...uninstallRightsInAddonNamespace]

  it("have no wildcard, and each only once", () => {
    expect(texts(own).filter((text) => text.includes("*"))).toEqual([])
    expect(texts(own)).toEqual([...new Set(texts(own))])
  })

  it("delete only what has the add-on's names, and make nothing but Events", () => {
    const deleted = rightsOf(own).filter(({ verb }) => verb === "delete")
    expect(deleted.map(({ resource, name }) => `${resource} ${name}`).sort()).toEqual([
      "clustermanagementaddons multicluster-mesh",
      "deployments multicluster-mesh-hub-controller",
      "leases multicluster-mesh-hub-controller",
      "managedclusteraddons multicluster-mesh"
    ])
    const made = rightsOf(own).filter(({ verb }) => verb === "create")
    expect(made.map(({ resource }) => resource)).toEqual(["events"])
    const verbs = new Set(rightsOf(own).map(({ verb }) => verb))
    for (const tooMuch of ["escalate", "bind", "impersonate", "deletecollection"]) expect(verbs).not.toContain(tooMuch)
  })
})
