import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { chart, type HelmWorld, namespace, release, root, startHelmWorld } from "./helmWorld.ts"

const account = `system:serviceaccount:${namespace}:multicluster-mesh-hub-controller`
/** Who has nothing; the API server lets an administrator ask what they may do. */
const person = "someone"

const scope = Scope.makeUnsafe()
let world: HelmWorld
beforeAll(async () => {
  world = await Effect.runPromise(Scope.provide(startHelmWorld("helm"), scope))
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const helm: HelmWorld["helm"] = (...args) => world.helm(...args)
const kubectl: HelmWorld["kubectl"] = (...args) => world.kubectl(...args)
const names: HelmWorld["names"] = (...args) => world.names(...args)
const may: HelmWorld["may"] = (...args) => world.may(...args)
const apply: HelmWorld["apply"] = (object) => world.apply(object)

/** The chart as an earlier release had it: the Mesh had no column for its version. */
const earlierChart = (): string => {
  const earlier = join(world.folder, "earlier")
  cpSync(chart, earlier, { recursive: true })
  const crds = join(earlier, "files/crds")
  // a link to the repository's own, which must stay as they are
  rmSync(crds)
  cpSync(join(root, "deploy/crds"), crds, { recursive: true })
  const file = join(crds, "meshes.mesh.open-cluster-management.io.yaml")
  const text = readFileSync(file, "utf8")
  const without = text.replace(/ {8}- name: Version\n.*\n.*\n/u, "")
  expect(without).not.toBe(text)
  writeFileSync(file, without)
  expect(readdirSync(crds)).toHaveLength(5)
  return earlier
}

const columnsOfMeshes = () =>
  kubectl(
    "get",
    "crd",
    "meshes.mesh.open-cluster-management.io",
    "-o",
    "jsonpath={.spec.versions[0].additionalPrinterColumns[*].name}"
  )

/** Of all that the chart made: its generation and version. */
const versions = () =>
  kubectl(
    "get",
    "crd,clusterrole,deployment,clustermanagementaddon,placement,addondeploymentconfig",
    "-A",
    "-l",
    "app.kubernetes.io/name=multicluster-mesh",
    "-o",
    'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation} {.metadata.resourceVersion}{"\\n"}{end}'
  )

const role = (resource: string, verb: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "probe", namespace: "east" },
  rules: [
    {
      apiGroups: [resource === "secrets" ? "" : "mesh.open-cluster-management.io"],
      resources: [resource],
      verbs: [verb]
    }
  ]
})
/** As the hub controller, and for show. */
const create = (object: unknown) =>
  world.run(world.tools.kubectl, ["create", "--dry-run=server", `--as=${account}`, "-f", "-"], JSON.stringify(object))

const everything = [
  "--set=monitoring.serviceMonitor.enabled=true",
  "--set=monitoring.prometheusRule.enabled=true",
  "--set=monitoring.dashboard.enabled=true",
  "--set=agent.imagePullSecret=registry",
  "--set=agent.proxy.httpsProxy=http://proxy:3128",
  "--set=agent.nodeSelector.infra=yes",
  "--set=agent.registries[0].mirror=mirror.example.com/mesh",
  "--set=addOn.rolloutStrategy.type=All",
  "--set=imagePullSecrets[0]=registry"
]

describe("the chart without a cluster", () => {
  it("has nothing that helm lint would say, and renders with everything switched on and off", () => {
    expect(helm("lint", "--strict", chart)).toContain("0 chart(s) failed")
    expect(helm("template", release, chart, ...everything)).toContain("kind: PrometheusRule")
    const off = ["networkPolicy.enabled", "podDisruptionBudget.enabled", "userRoles.create", "crds.install"]
    const bare = helm(
      "template",
      release,
      chart,
      ...off.map((value) => `--set=${value}=false`),
      "--set=addOn.installStrategy=Manual"
    )
    for (const kind of ["NetworkPolicy", "PodDisruptionBudget", "CustomResourceDefinition", "Placement"])
      expect(bare).not.toContain(`kind: ${kind}\n`)
  })

  it("has no hook where it is only rendered, unless that is asked for: applied with the rest, it would uninstall", () => {
    for (const value of ["Auto", "Never"])
      expect(helm("template", release, chart, `--set=uninstall.hook=${value}`)).not.toContain("helm.sh/hook")
    const always = helm("template", release, chart, "--set=uninstall.hook=Always")
    expect(always.match(/helm\.sh\/hook: pre-delete/gu)).toHaveLength(6)
    expect(helm("template", release, chart, "--set=uninstall.hook=Always", "--no-hooks")).not.toContain("kind: Job\n")
  })

  it("refuses a value that it does not know, and one of a wrong type", () => {
    for (const wrong of [
      "hubController.replica=3",
      "hubController.replicas=two",
      "agent.logLevel=loud",
      "uninstall.limit=3m"
    ])
      expect(world.run(world.tools.helm, ["template", release, chart, "--set", wrong]).stderr).toContain(
        "specifications of the schema"
      )
  })

  it("is what the kustomize base was rendered from", () => {
    const { status, stderr } = world.run("node", [
      "--conditions=@multicluster-mesh/source",
      "tools/kustomize.ts",
      "--check"
    ])
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" })
    expect(kubectl("kustomize", "deploy/kustomize/base")).toContain("kind: ClusterManagementAddOn")
  })
})

describe("a release on a real API server", () => {
  it("installs, and a namespace that has the binding already keeps its own", () => {
    apply({
      apiVersion: "cluster.open-cluster-management.io/v1beta2",
      kind: "ManagedClusterSetBinding",
      metadata: { name: "global", namespace: "east" },
      spec: { clusterSet: "global" }
    })
    const both = [
      "--set=clusterSetBindings[0].namespace=open-cluster-management",
      "--set=clusterSetBindings[0].clusterSet=global",
      "--set=clusterSetBindings[1].namespace=east",
      "--set=clusterSetBindings[1].clusterSet=global"
    ]
    helm("install", release, earlierChart(), "--namespace", namespace, "--create-namespace", ...both)
    expect(columnsOfMeshes()).not.toContain("Version")
    expect(names("managedclustersetbindings", "-A")).toHaveLength(3)
    const inEast = kubectl(
      "get",
      "managedclustersetbinding",
      "global",
      "-n",
      "east",
      "-o",
      "jsonpath={.metadata.labels}"
    )
    expect(inEast).toBe("")
  })

  it("gives the hub controller's pods what the restricted standard asks for", () => {
    kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    const deployment = JSON.parse(kubectl("get", "deployment", "-n", namespace, "-o", "json")).items[0]
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "probe", namespace },
      spec: deployment.spec.template.spec
    }
    const said = world.succeed(world.tools.kubectl, ["create", "--dry-run=server", "-f", "-"], JSON.stringify(pod))
    expect(said).toContain("pod/probe created")
  })

  it("gives the hub controller its rights and no others", () => {
    expect(may(account, "create", "manifestworks", "-n", "east")).toBe(true)
    expect(may(account, "get", "secret/multicluster-mesh-fleet", "-n", namespace)).toBe(true)
    expect(may(account, "update", "lease/multicluster-mesh-hub-controller", "-n", namespace)).toBe(true)
    expect(may(account, "get", "secrets", "-n", namespace)).toBe(false)
    expect(may(account, "create", "secrets", "-n", "east")).toBe(false)
    expect(may(account, "create", "pods", "-n", namespace)).toBe(false)
    expect(may(account, "delete", "managedclusters")).toBe(false)
    expect(may(account, "update", "meshdeployments", "-n", "east")).toBe(false)
  })

  it("lets the hub controller grant an agent its own rights, and nothing that it may not do itself", () => {
    expect(create(role("meshagents/status", "patch")).status).toBe(0)
    expect(create(role("secrets", "get")).stderr).toContain("attempting to grant RBAC permissions not currently held")
  })

  it("has roles for people, each alone", () => {
    for (const role of ["mesh-viewer", "mesh-federator", "mesh-deployer"]) {
      const selector = kubectl(
        "get",
        "clusterrole",
        role,
        "-o",
        "jsonpath={.aggregationRule.clusterRoleSelectors[*].matchLabels}"
      )
      expect(selector).toBe(`{"mesh.open-cluster-management.io/aggregate-to-${role}":"true"}`)
    }
    expect(names("clusterrole", "-l", "rbac.authorization.k8s.io/aggregate-to-edit=true")).not.toContain(
      "clusterrole.rbac.authorization.k8s.io/mesh-deployer-part"
    )
    kubectl(
      "create",
      "rolebinding",
      "federators",
      "-n",
      "east",
      "--clusterrole=mesh-federator-part",
      `--user=${person}`
    )
    expect(may(person, "create", "meshfederations", "-n", "east")).toBe(true)
    expect(may(person, "create", "meshdeployments", "-n", "east")).toBe(false)
    expect(may(person, "patch", "meshes", "-n", "east")).toBe(false)
  })

  it("upgrades its CustomResourceDefinitions, and keeps what people made of them", () => {
    apply({
      apiVersion: "mesh.open-cluster-management.io/v1alpha1",
      kind: "MeshFederation",
      metadata: { name: "mcsm", namespace: "east" },
      spec: {
        meshPeers: [
          {
            peers: [
              { name: "a", cluster: "east" },
              { name: "b", cluster: "west" }
            ]
          }
        ]
      }
    })
    const uid = () => kubectl("get", "meshfederation", "mcsm", "-n", "east", "-o", "jsonpath={.metadata.uid}")
    const before = uid()
    helm("upgrade", release, chart, "--namespace", namespace, "--set=hubController.replicas=3")
    expect(columnsOfMeshes()).toContain("Version")
    expect(uid()).toBe(before)
    expect(kubectl("get", "deployment", "-n", namespace, "-o", "jsonpath={.items[0].spec.replicas}")).toBe("3")
  })

  it("changes nothing when it is upgraded to what it is", () => {
    helm("upgrade", release, chart, "--namespace", namespace)
    const before = versions()
    helm("upgrade", release, chart, "--namespace", namespace)
    expect(versions()).toBe(before)
  })

  it("is installed again over what it left", () => {
    // all that it leaves, and with its hook: uninstall.helm.real.ts
    helm("uninstall", release, "--namespace", namespace, "--no-hooks")
    expect(names("meshfederations", "-A")).toEqual(["meshfederation.mesh.open-cluster-management.io/mcsm"])
    helm("install", release, chart, "--namespace", namespace)
    expect(names("clustermanagementaddons")).toEqual([
      "clustermanagementaddon.addon.open-cluster-management.io/multicluster-mesh"
    ])
  })
})
