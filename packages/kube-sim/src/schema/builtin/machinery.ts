import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  conditionsWith,
  flag,
  int32,
  int64,
  kindSchema,
  listOf,
  microTime,
  anyObject,
  structOf,
  text,
  texts,
  time,
  withDefault
} from "./parts.ts"

const names = structOf({
  plural: text,
  singular: text,
  kind: text,
  listKind: text,
  shortNames: texts,
  categories: texts
})

const printerColumn = structOf(
  { name: text, type: text, jsonPath: text, format: text, description: text, priority: int32 },
  ["name", "type", "jsonPath"]
)

const version = structOf(
  {
    name: text,
    served: flag,
    storage: flag,
    deprecated: flag,
    deprecationWarning: text,
    schema: structOf({ openAPIV3Schema: anyObject }),
    subresources: structOf({ status: anyObject, scale: anyObject }),
    additionalPrinterColumns: listOf(printerColumn),
    selectableFields: listOf(structOf({ jsonPath: text }, ["jsonPath"]))
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
        spec: structOf(
          {
            group: text,
            names,
            scope: text,
            versions: listOf(version),
            preserveUnknownFields: flag,
            conversion: withDefault(structOf({ strategy: text, webhook: anyObject }), { strategy: "None" })
          },
          ["group", "names", "scope", "versions"]
        ),
        status: structOf({
          conditions: conditionsWith({ observedGeneration: int64 }),
          acceptedNames: names,
          storedVersions: texts,
          observedGeneration: int64
        })
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
      spec: structOf({
        holderIdentity: text,
        leaseDurationSeconds: int32,
        acquireTime: microTime,
        renewTime: microTime,
        preferredHolder: text,
        strategy: text,
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
        spec: structOf(
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
        status: structOf({
          conditions: conditionsWith({ lastUpdateTime: time }),
          certificate: { type: "string", format: "byte" }
        })
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
