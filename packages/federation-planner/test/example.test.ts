import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { expect, it } from "vitest"
import { parse } from "yaml"

const root = join(import.meta.dirname, "../../..")

it("the example plans both sides of a federation, and says of each object why it is there", () => {
  const program = ["--conditions=@multicluster-mesh/source", "examples/plan-offline.ts"]
  const printed = execFileSync(process.execPath, program, { cwd: root, encoding: "utf8" })
  const objects = printed
    .split(/^---$/mu)
    .slice(1)
    .map((text) => {
      const [, cluster = "", why = ""] = /^# on (\S+), because of (.*)$/mu.exec(text) ?? []
      return { cluster, why, kind: String(Object(parse(text)).kind) }
    })
  const kindsOn = (cluster: string) => objects.filter((one) => one.cluster === cluster).map(({ kind }) => kind)
  const reasonsOf = (of: string) => objects.filter(({ kind }) => kind === of).map(({ why }) => why)
  const both = [
    "ConfigMap",
    "Namespace",
    "ServiceMeshControlPlane",
    "ServiceMeshMemberRoll",
    "ServiceMeshPeer",
    "Subscription"
  ]
  expect(kindsOn("managedcluster1")).toEqual(expect.arrayContaining([...both, "ImportedServiceSet"]))
  expect(kindsOn("managedcluster2")).toEqual(expect.arrayContaining([...both, "ExportedServiceSet"]))
  const peering = expect.stringMatching(/^MeshFederation open-cluster-management\/mcsm > MeshPeering /u)
  expect(reasonsOf("ServiceMeshPeer")).toEqual([peering, peering])
  const mesh = expect.stringMatching(/^MeshDeployment open-cluster-management\/mesh > Mesh /u)
  expect(reasonsOf("ServiceMeshControlPlane")).toEqual([mesh, mesh])
}, 30_000)
