import { ocmHubCrdsWith } from "@multicluster-mesh/kube-sim"
import type { AddOnApiVersion } from "@multicluster-mesh/ocm-transport/addon"
import * as Yaml from "effect/encoding/Yaml"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/**
 * OCM's CustomResourceDefinitions, which serve one version of its add-on API alone: the unmodified ones where
 * MESH_FOREIGN_CRDS names a folder (of those of v1beta1 the other version is taken away), else those of kube-sim and a
 * loose one for what kube-sim does not have.
 */
export const installOcm = (kubectl: string, kubeconfig: string, addOnApi: AddOnApiVersion = "v1alpha1"): void => {
  const apply = (args: ReadonlyArray<string>, input?: string) =>
    execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, "apply", "--server-side", ...args], { input, stdio: "pipe" })
  const foreign = process.env["MESH_FOREIGN_CRDS"]
  if (foreign !== undefined) {
    const addOns = join(foreign, "ocm/addon")
    if (addOnApi === "v1alpha1") apply(["-f", join(addOns, "v1alpha1")])
    else {
      for (const definition of withoutV1alpha1(join(addOns, "v1beta1"))) apply(["-f", "-"], JSON.stringify(definition))
      // the group version stays, for templates alone
      for (const file of readdirSync(join(addOns, "v1alpha1")))
        if (file.includes("addontemplates")) apply(["-f", join(addOns, "v1alpha1", file)])
    }
    for (const part of ["cluster/v1", "cluster/v1beta1", "cluster/v1beta2", "work/v1"])
      apply(["-f", join(foreign, "ocm", part)])
    return
  }
  const ofSim = ocmHubCrdsWith(addOnApi)
  for (const definition of ofSim) apply(["-f", "-"], JSON.stringify(definition))
  if (ofSim.some(({ metadata }) => metadata.name === placements.metadata.name)) return
  apply(["-f", "-"], JSON.stringify(placements))
}

const Fields = Schema.Record(Schema.String, Schema.Unknown)
const decodeDefinition = Schema.decodeUnknownSync(
  Schema.StructWithRest(
    Schema.Struct({
      spec: Schema.StructWithRest(
        Schema.Struct({
          versions: Schema.Array(Schema.StructWithRest(Schema.Struct({ name: Schema.String }), [Fields]))
        }),
        [Fields]
      )
    }),
    [Fields]
  )
)

/** What a release of OCM will have that has stopped to serve v1alpha1: nothing is converted any more. */
const withoutV1alpha1 = (folder: string): ReadonlyArray<unknown> =>
  readdirSync(folder).map((file) => {
    const definition = decodeDefinition(Yaml.parse(readFileSync(join(folder, file), "utf8")))
    const versions = definition.spec.versions
      .filter(({ name }) => name === "v1beta1")
      .map((version) => ({ ...version, storage: true }))
    return { ...definition, spec: { ...definition.spec, versions, conversion: { strategy: "None" } } }
  })

const placements = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "placements.cluster.open-cluster-management.io" },
  spec: {
    group: "cluster.open-cluster-management.io",
    scope: "Namespaced",
    names: { kind: "Placement", listKind: "PlacementList", plural: "placements", singular: "placement" },
    versions: [
      {
        name: "v1beta1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } }
      }
    ]
  }
}
