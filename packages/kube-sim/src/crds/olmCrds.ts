import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { age, condition, crdOf, fields, labelSelector, list, oneOf, text, time, yesNo } from "./crdOf.ts"

const group = "operators.coreos.com"

const reference = fields({ apiVersion: text, kind: text, namespace: text, name: text, uid: text })

/** The kinds of Operator Lifecycle Manager that we use. */
export const olmCrds: ReadonlyArray<KubeObject> = [
  crdOf({
    group,
    kind: "Subscription",
    plural: "subscriptions",
    version: "v1alpha1",
    shortNames: ["sub", "subs"],
    categories: ["olm"],
    spec: fields(
      {
        name: text,
        channel: text,
        source: text,
        sourceNamespace: text,
        startingCSV: text,
        installPlanApproval: oneOf("Automatic", "Manual")
      },
      ["name", "source", "sourceNamespace"]
    ),
    status: fields(
      {
        state: text,
        currentCSV: text,
        installedCSV: text,
        installPlanRef: reference,
        conditions: list(condition),
        lastUpdated: time
      },
      ["lastUpdated"]
    ),
    columns: [
      { name: "Package", type: "string", jsonPath: ".spec.name" },
      { name: "Source", type: "string", jsonPath: ".spec.source" },
      { name: "Channel", type: "string", jsonPath: ".spec.channel" }
    ]
  }),
  crdOf({
    group,
    kind: "InstallPlan",
    plural: "installplans",
    version: "v1alpha1",
    shortNames: ["ip"],
    categories: ["olm"],
    spec: fields({ approval: text, approved: yesNo, clusterServiceVersionNames: list(text) }, [
      "approval",
      "approved",
      "clusterServiceVersionNames"
    ]),
    status: fields({ phase: text, catalogSources: list(text) }, ["catalogSources", "phase"]),
    columns: [
      { name: "CSV", type: "string", jsonPath: ".spec.clusterServiceVersionNames[0]" },
      { name: "Approval", type: "string", jsonPath: ".spec.approval" },
      { name: "Approved", type: "boolean", jsonPath: ".spec.approved" }
    ]
  }),
  crdOf({
    group,
    kind: "ClusterServiceVersion",
    plural: "clusterserviceversions",
    version: "v1alpha1",
    shortNames: ["csv", "csvs"],
    categories: ["olm"],
    spec: fields(
      { displayName: text, version: text, replaces: text, install: fields({ strategy: text }, ["strategy"]) },
      ["displayName", "install"]
    ),
    status: fields({ phase: text, reason: text, message: text }),
    columns: [
      { name: "Display", type: "string", jsonPath: ".spec.displayName" },
      { name: "Version", type: "string", jsonPath: ".spec.version" },
      { name: "Replaces", type: "string", jsonPath: ".spec.replaces" },
      { name: "Phase", type: "string", jsonPath: ".status.phase" }
    ]
  }),
  crdOf({
    group,
    kind: "OperatorGroup",
    plural: "operatorgroups",
    version: "v1",
    shortNames: ["og"],
    categories: ["olm"],
    spec: fields({ targetNamespaces: list(text), selector: labelSelector }),
    status: fields({ namespaces: list(text) }),
    columns: [age]
  })
]
