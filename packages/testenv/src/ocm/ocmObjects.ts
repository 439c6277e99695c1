/** Where the klusterlet of a managed cluster lives, and its add-ons. */
export const klusterletNamespace = "open-cluster-management-agent"
const addOnNamespace = "open-cluster-management-agent-addon"
export const hubNamespace = "open-cluster-management-hub"
/** Who joins clusters to the hub. */
export const bootstrapUser = "testenv-bootstrap"
export const workAccount = "klusterlet-work-sa"

const rbac = "rbac.authorization.k8s.io"
const all = ["get", "list", "watch", "create", "update", "patch", "delete"]
const aggregated = { "open-cluster-management.io/aggregate-to-work": "true" }

const rule = (group: string, resources: ReadonlyArray<string>, verbs: ReadonlyArray<string>) => ({
  apiGroups: [group],
  resources,
  verbs
})

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

const role = (kind: "ClusterRole" | "Role", metadata: object, rules: ReadonlyArray<object>) => ({
  apiVersion: `${rbac}/v1`,
  kind,
  metadata,
  rules
})

const work = (name: string) => `open-cluster-management:klusterlet-work:${name}`

/** What a hub has beside OCM's kinds: namespaces, and what who joins may do (clusteradm's smallest bootstrap role). */
export const hubObjects: ReadonlyArray<object> = [
  namespace(hubNamespace),
  namespace("open-cluster-management"),
  role("ClusterRole", { name: "testenv:bootstrap" }, [
    rule("certificates.k8s.io", ["certificatesigningrequests"], ["create", "get", "list", "watch"]),
    rule("cluster.open-cluster-management.io", ["managedclusters"], ["create", "get", "list", "watch"]),
    rule("cluster.open-cluster-management.io", ["managedclustersets/join"], ["create"])
  ]),
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: "testenv:bootstrap" },
    roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "testenv:bootstrap" },
    subjects: [{ apiGroup: rbac, kind: "User", name: bootstrapUser }]
  }
]

/** The work agent's account with the roles that OCM's klusterlet operator gives it (v0.16.0). */
const bound = (kind: "ClusterRole" | "Role", name: string, namespace?: string) => ({
  apiVersion: `${rbac}/v1`,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name: `testenv:${name}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: rbac, kind, name },
  subjects: [{ kind: "ServiceAccount", name: workAccount, namespace: klusterletNamespace }]
})

/** What a managed cluster has before its agents start. */
export const clusterObjects: ReadonlyArray<object> = [
  namespace(klusterletNamespace),
  namespace(addOnNamespace),
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: workAccount, namespace: klusterletNamespace } },
  role("ClusterRole", { name: work("agent") }, [
    rule("work.open-cluster-management.io", ["appliedmanifestworks"], all),
    rule("work.open-cluster-management.io", ["appliedmanifestworks/status"], ["patch", "update"]),
    rule("work.open-cluster-management.io", ["appliedmanifestworks/finalizers"], ["update"]),
    rule("authorization.k8s.io", ["subjectaccessreviews"], ["create"]),
    rule("", ["serviceaccounts"], ["impersonate"])
  ]),
  role("ClusterRole", { name: work("execution"), labels: aggregated }, [
    rule("apiextensions.k8s.io", ["customresourcedefinitions"], ["get", "list", "watch", "create", "delete", "update"]),
    rule("", ["namespaces"], ["create", "update", "patch", "delete"]),
    rule(rbac, ["clusterrolebindings", "rolebindings"], all),
    rule(rbac, ["clusterroles", "roles"], [...all, "escalate", "bind"]),
    rule("scheduling.k8s.io", ["priorityclasses"], all)
  ]),
  {
    apiVersion: `${rbac}/v1`,
    kind: "ClusterRole",
    metadata: { name: work("aggregate") },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: aggregated }] }
  },
  role("Role", { name: work("agent"), namespace: klusterletNamespace }, [
    rule("", ["configmaps"], all),
    rule("coordination.k8s.io", ["leases"], ["create", "get", "list", "update", "watch", "patch"]),
    rule("", ["events"], ["create", "patch", "update"]),
    rule("events.k8s.io", ["events"], ["create", "patch", "update"]),
    rule("", ["pods"], ["get"]),
    rule("apps", ["replicasets"], ["get"])
  ]),
  bound("ClusterRole", work("agent")),
  bound("ClusterRole", work("aggregate")),
  bound("ClusterRole", "admin"),
  bound("Role", work("agent"), klusterletNamespace),
  bound("Role", "extension-apiserver-authentication-reader", "kube-system")
]
