import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  atomic,
  int32,
  intOrString,
  kindSchema,
  labelSelector,
  listOf,
  structOf,
  text,
  texts,
  withDefault
} from "./parts.ts"

const rules = listOf(
  structOf({ apiGroups: texts, resources: texts, resourceNames: texts, nonResourceURLs: texts, verbs: texts }, [
    "verbs"
  ])
)
const subjects = listOf(atomic(structOf({ apiGroup: text, kind: text, name: text, namespace: text }, ["kind", "name"])))
const roleRef = atomic(structOf({ apiGroup: text, kind: text, name: text }, ["kind", "name"]))
const policyPort = structOf({ protocol: withDefault(text, "TCP"), port: intOrString, endPort: int32 })
const peer = structOf({
  ipBlock: structOf({ cidr: text, except: texts }, ["cidr"]),
  namespaceSelector: labelSelector,
  podSelector: labelSelector
})
const rulesFor = (peers: "from" | "to") => listOf(structOf({ ports: listOf(policyPort), [peers]: listOf(peer) }))
const rbac = "rbac.authorization.k8s.io"

const bindingColumns = [column("Role", ".roleRef.name"), age]

/** The kinds that say who may do what. */
export const accessKinds: ReadonlyArray<BuiltinKind> = [
  builtinKind(
    resources.clusterRoles,
    kindSchema("ClusterRole is a cluster level, logical grouping of PolicyRules.", {
      rules: { ...rules, nullable: true },
      aggregationRule: structOf({ clusterRoleSelectors: listOf(labelSelector) })
    })
  ),
  builtinKind(
    builtinType(rbac, "ClusterRoleBinding", "clusterrolebindings", "Cluster"),
    kindSchema("ClusterRoleBinding references a ClusterRole, but does not contain it.", { subjects, roleRef }, [
      "roleRef"
    ]),
    { columns: bindingColumns }
  ),
  builtinKind(
    builtinType(rbac, "Role", "roles"),
    kindSchema("Role is a namespaced, logical grouping of PolicyRules.", { rules: { ...rules, nullable: true } })
  ),
  builtinKind(
    builtinType(rbac, "RoleBinding", "rolebindings"),
    kindSchema("RoleBinding references a role, but does not contain it.", { subjects, roleRef }, ["roleRef"]),
    { columns: bindingColumns }
  ),
  builtinKind(
    builtinType("networking.k8s.io", "NetworkPolicy", "networkpolicies"),
    kindSchema("NetworkPolicy describes what network traffic is allowed for a set of Pods.", {
      spec: structOf({
        podSelector: labelSelector,
        policyTypes: texts,
        ingress: rulesFor("from"),
        egress: rulesFor("to")
      })
    }),
    { shortNames: ["netpol"] }
  )
]
