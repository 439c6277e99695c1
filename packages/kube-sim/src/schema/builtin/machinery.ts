import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  conditions,
  flag,
  int32,
  int64,
  kindSchema,
  listOf,
  anyObject,
  partOf,
  text,
  texts,
  time,
  withDefault
} from "./parts.ts"

const names = partOf({
  plural: text,
  singular: text,
  kind: text,
  listKind: text,
  shortNames: texts,
  categories: texts
})

const printerColumn = partOf(
  { name: text, type: text, jsonPath: text, format: text, description: text, priority: int32 },
  ["name", "type", "jsonPath"]
)

const version = partOf(
  {
    name: text,
    served: flag,
    storage: flag,
    deprecated: flag,
    deprecationWarning: text,
    schema: partOf({ openAPIV3Schema: anyObject }),
    subresources: partOf({ status: anyObject, scale: anyObject }),
    additionalPrinterColumns: listOf(printerColumn),
    selectableFields: listOf(partOf({ jsonPath: text }, ["jsonPath"]))
  },
  ["name", "served", "storage"]
)

/** The kinds with which the API itself works. */
export const machineryKinds: ReadonlyArray<BuiltinKind> = [
  builtinKind(
    resources.customResourceDefinitions,
    kindSchema(
      "CustomResourceDefinition represents a resource that should be exposed on the API server.",
      {
        spec: partOf(
          {
            group: text,
            names,
            scope: text,
            versions: listOf(version),
            conversion: withDefault(partOf({ strategy: text }), { strategy: "None" })
          },
          ["group", "names", "scope", "versions"]
        ),
        status: partOf({ conditions, acceptedNames: names, storedVersions: texts })
      },
      ["spec"]
    ),
    {
      shortNames: ["crd", "crds"],
      categories: ["api-extensions"],
      subresources: { status: true },
      columns: [column("Created At", ".metadata.creationTimestamp")]
    }
  ),
  builtinKind(
    builtinType("coordination.k8s.io", "Lease", "leases"),
    kindSchema("Lease defines a lease concept.", {
      spec: partOf({
        holderIdentity: text,
        leaseDurationSeconds: int32,
        acquireTime: time,
        renewTime: time,
        leaseTransitions: int32
      })
    }),
    { columns: [column("Holder", ".spec.holderIdentity"), age] }
  ),
  builtinKind(
    builtinType("certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests", "Cluster"),
    kindSchema(
      "CertificateSigningRequest asks for a certificate and waits for its approval.",
      {
        spec: partOf(
          {
            request: { type: "string", format: "byte" },
            signerName: text,
            expirationSeconds: int32,
            usages: texts,
            username: text,
            uid: text,
            groups: texts,
            extra: { type: "object", additionalProperties: texts }
          },
          ["request", "signerName"]
        ),
        status: partOf({ conditions, certificate: { type: "string", format: "byte" }, observedGeneration: int64 })
      },
      ["spec"]
    ),
    {
      shortNames: ["csr"],
      subresources: { status: true },
      columns: [
        age,
        column("SignerName", ".spec.signerName"),
        column("Requestor", ".spec.username"),
        column("Condition", ".status.conditions[*].type")
      ]
    }
  )
]
