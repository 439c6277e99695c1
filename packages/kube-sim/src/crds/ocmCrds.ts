import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { addOnApis, type AddOnApiVersion } from "@multicluster-mesh/ocm-transport/addon"
import {
  age,
  condition,
  crdOf,
  embedded,
  fields,
  labelSelector,
  list,
  mapList,
  oneOf,
  open,
  type Schema,
  text,
  whole,
  yesNo
} from "./crdOf.ts"

const cluster = "cluster.open-cluster-management.io"
const addon = "addon.open-cluster-management.io"
const work = "work.open-cluster-management.io"

const conditions = mapList(condition, "type")

const managedClusters = crdOf({
  group: cluster,
  kind: "ManagedCluster",
  plural: "managedclusters",
  version: "v1",
  scope: "Cluster",
  shortNames: ["mcl", "mcls"],
  spec: fields({
    hubAcceptsClient: { ...yesNo, default: false },
    leaseDurationSeconds: { type: "integer", format: "int32", default: 60 },
    managedClusterClientConfigs: list(fields({ url: text, caBundle: text })),
    taints: list(fields({ key: text, value: text, effect: text, timeAdded: { ...text, nullable: true } }))
  }),
  status: fields({
    conditions,
    clusterClaims: list(fields({ name: text, value: text })),
    version: fields({ kubernetes: text })
  }),
  columns: [
    { name: "Hub Accepted", type: "boolean", jsonPath: ".spec.hubAcceptsClient" },
    {
      name: "Joined",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="ManagedClusterJoined")].status'
    },
    {
      name: "Available",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="ManagedClusterConditionAvailable")].status'
    },
    age
  ]
})

const managedClusterSets = crdOf({
  group: cluster,
  kind: "ManagedClusterSet",
  plural: "managedclustersets",
  version: "v1beta2",
  scope: "Cluster",
  shortNames: ["mclset", "mclsets"],
  spec: fields({
    clusterSelector: fields({
      selectorType: { ...oneOf("ExclusiveClusterSetLabel", "LabelSelector"), default: "ExclusiveClusterSetLabel" },
      labelSelector
    })
  }),
  status: fields({ conditions })
})

const managedClusterSetBindings = crdOf({
  group: cluster,
  kind: "ManagedClusterSetBinding",
  plural: "managedclustersetbindings",
  version: "v1beta2",
  shortNames: ["mclsetbinding", "mclsetbindings"],
  spec: fields({ clusterSet: text }, ["clusterSet"]),
  status: fields({ conditions })
})

const specHash = fields({ group: text, resource: text, namespace: text, name: text, specHash: text })

const configReference = fields({
  group: text,
  resource: text,
  desiredConfig: specHash,
  lastKnownGoodConfig: specHash,
  lastAppliedConfig: specHash
})

const addOnMeta = fields({ displayName: text, description: text })

const clusterManagementAddOns = (version: AddOnApiVersion) =>
  crdOf({
    group: addon,
    kind: "ClusterManagementAddOn",
    plural: "clustermanagementaddons",
    version,
    scope: "Cluster",
    shortNames: ["cma", "cmas"],
    spec: fields({
      addOnMeta,
      ...(version === "v1alpha1"
        ? { supportedConfigs: configKinds({ defaultConfig: fields({ namespace: text, name: text }) }) }
        : { defaultConfigs: configKinds({ namespace: text, name: text }) }),
      installStrategy: open
    }),
    status: fields({
      [addOnApis[version].defaultReferences]: list(configReference),
      installProgressions: list(
        fields({ namespace: text, name: text, configReferences: list(configReference), conditions })
      )
    }),
    columns: [{ name: "Display Name", type: "string", jsonPath: ".spec.addOnMeta.displayName" }]
  })

const configKinds = (more: Readonly<Record<string, Schema>> = {}) =>
  mapList(fields({ group: { ...text, default: "" }, resource: text, ...more }, ["resource"]), "group", "resource")

const addOnDeploymentConfigs = (version: AddOnApiVersion) =>
  crdOf({ group: addon, kind: "AddOnDeploymentConfig", plural: "addondeploymentconfigs", version, spec: open })

const subject = fields({ user: text, groups: list(text) })

const registrations = {
  v1alpha1: {
    registrations: list(
      fields({ signerName: text, subject: fields({ user: text, groups: list(text), organizationUnit: list(text) }) })
    ),
    kubeClientDriver: oneOf("csr", "token")
  },
  v1beta1: {
    registrations: list(
      fields(
        {
          type: oneOf("kubeClient", "customSigner"),
          kubeClient: fields({ subject, driver: oneOf("csr", "token") }),
          customSigner: fields({
            signerName: text,
            subject: fields({ user: text, groups: list(text), organizationUnits: list(text) })
          })
        },
        ["type"]
      )
    )
  }
}

const managedClusterAddOns = (version: AddOnApiVersion) =>
  crdOf({
    group: addon,
    kind: "ManagedClusterAddOn",
    plural: "managedclusteraddons",
    version,
    shortNames: ["mca", "mcas"],
    spec: fields({
      ...(version === "v1alpha1" && {
        installNamespace: { ...text, default: "open-cluster-management-agent-addon" }
      }),
      configs: list(fields({ group: text, resource: text, namespace: text, name: text }))
    }),
    status: fields({
      conditions,
      namespace: text,
      addOnMeta,
      supportedConfigs: configKinds(),
      configReferences: list(
        fields({
          group: text,
          resource: text,
          ...(version === "v1alpha1" && { namespace: text, name: text }),
          lastObservedGeneration: whole,
          desiredConfig: specHash,
          lastAppliedConfig: specHash
        })
      ),
      relatedObjects: list(fields({ group: text, resource: text, namespace: text, name: text })),
      ...registrations[version],
      healthCheck: fields({ mode: { ...oneOf("Lease", "Customized"), default: "Lease" } })
    }),
    columns: [
      { name: "Available", type: "string", jsonPath: '.status.conditions[?(@.type=="Available")].status' },
      { name: "Degraded", type: "string", jsonPath: '.status.conditions[?(@.type=="Degraded")].status' },
      { name: "Progressing", type: "string", jsonPath: '.status.conditions[?(@.type=="Progressing")].status' },
      age
    ]
  })

const identifier = fields({ group: text, resource: text, namespace: text, name: text }, ["resource", "name"])

const manifestWorks = crdOf({
  group: work,
  kind: "ManifestWork",
  plural: "manifestworks",
  version: "v1",
  spec: fields({
    workload: fields({ manifests: list(embedded) }),
    deleteOption: fields({
      propagationPolicy: { ...oneOf("Foreground", "Orphan", "SelectivelyOrphan"), default: "Foreground" },
      selectivelyOrphans: fields({ orphaningRules: list(identifier) })
    }),
    manifestConfigs: list(
      fields(
        {
          resourceIdentifier: identifier,
          feedbackRules: list(
            fields({
              type: oneOf("WellKnownStatus", "JSONPaths"),
              jsonPaths: list(fields({ name: text, path: text, version: text }, ["name", "path"]))
            })
          ),
          updateStrategy: fields({
            type: { ...oneOf("Update", "CreateOnly", "ServerSideApply", "ReadOnly"), default: "Update" },
            serverSideApply: fields({
              force: yesNo,
              fieldManager: { ...text, pattern: "^work-agent", default: "work-agent" }
            })
          })
        },
        ["resourceIdentifier"]
      )
    )
  }),
  status: fields({
    conditions,
    resourceStatus: fields({
      manifests: list(
        fields({
          resourceMeta: fields({
            ordinal: { type: "integer", format: "int32" },
            group: text,
            version: text,
            kind: text,
            resource: text,
            namespace: text,
            name: text
          }),
          conditions,
          statusFeedback: fields({
            values: list(
              fields({
                name: text,
                fieldValue: fields({ type: text, integer: whole, string: text, boolean: yesNo, jsonRaw: text })
              })
            )
          })
        })
      )
    })
  }),
  columns: [
    { name: "Applied", type: "string", jsonPath: '.status.conditions[?(@.type=="Applied")].status' },
    { name: "Available", type: "string", jsonPath: '.status.conditions[?(@.type=="Available")].status' },
    age
  ]
})

const appliedManifestWorks = crdOf({
  group: work,
  kind: "AppliedManifestWork",
  plural: "appliedmanifestworks",
  version: "v1",
  scope: "Cluster",
  spec: fields({ hubHash: text, agentID: text, manifestWorkName: text }),
  status: fields({
    appliedResources: list(
      fields({ group: text, version: text, resource: text, namespace: text, name: text, uid: text })
    )
  })
})

/** What OCM installs on the hub, where one version of its add-on API alone is served. */
export const ocmHubCrdsWith = (version: AddOnApiVersion): ReadonlyArray<KubeObject> => [
  managedClusters,
  managedClusterSets,
  managedClusterSetBindings,
  clusterManagementAddOns(version),
  addOnDeploymentConfigs(version),
  managedClusterAddOns(version),
  manifestWorks
]

/** What OCM installs on the hub. */
export const ocmHubCrds: ReadonlyArray<KubeObject> = ocmHubCrdsWith("v1alpha1")

/** What OCM installs on a managed cluster. */
export const ocmClusterCrds: ReadonlyArray<KubeObject> = [appliedManifestWorks]

/** All kinds of Open Cluster Management that we use. */
export const ocmCrds: ReadonlyArray<KubeObject> = [...ocmHubCrds, ...ocmClusterCrds]
