import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { parseAllDocuments } from "yaml"
import { runJob } from "../src/runJob.ts"
import { startProcess } from "../src/startProcess.ts"
import { chart, type HelmWorld, namespace, release, root, startHelmWorld } from "./helmWorld.ts"

const hub = "multicluster-mesh-hub-controller"
const hook = "multicluster-mesh-uninstall"
const account = `system:serviceaccount:${namespace}:${hook}`

const scope = Scope.makeUnsafe()
let world: HelmWorld
beforeAll(async () => {
  world = await Effect.runPromise(Scope.provide(startHelmWorld("uninstall"), scope))
  install()
  world.apply({
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
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

const install = () => world.helm("install", release, chart, "--namespace", namespace, "--create-namespace")

/** How the hub controller's image is run here. */
const hubController = (args: ReadonlyArray<string>) => ({
  command: join(root, "node_modules/.bin/node"),
  args: ["--conditions=@multicluster-mesh/source", join(root, "apps/hub-controller/src/main.ts"), ...args]
})

/** As a hub controller leaves it that has federated a cluster, and cannot come back. */
const plantFinalizers = () => {
  world.apply({
    apiVersion: "addon.open-cluster-management.io/v1alpha1",
    kind: "ManagedClusterAddOn",
    metadata: {
      name: "multicluster-mesh",
      namespace: "east",
      finalizers: ["addon.open-cluster-management.io/addon-pre-delete"]
    },
    spec: {}
  })
  const patch = JSON.stringify({ metadata: { finalizers: ["mesh.open-cluster-management.io/record-removal"] } })
  world.kubectl("patch", "meshfederation", "mcsm", "-n", "east", "--type=merge", `--patch=${patch}`)
  expect(held()).toHaveLength(2)
}

interface Listed {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly finalizers?: ReadonlyArray<string> }
  readonly spec?: { readonly template: { readonly spec: object } }
}

/** All that a finalizer holds, or would hold. */
const held = (): ReadonlyArray<string> => {
  const kinds = ["managedclusteraddons", "meshes", "meshdeployments", "meshfederations", "meshpeerings", "meshagents"]
  const { items }: { readonly items: ReadonlyArray<Listed> } = JSON.parse(
    world.kubectl("get", kinds.join(","), "-A", "-o", "json")
  )
  return items.filter(({ metadata }) => metadata.finalizers !== undefined).map(({ metadata }) => metadata.name)
}

/** What Kubernetes puts into every namespace. */
const isOfNamespace = /^(configmap\/kube-root-ca\.crt|serviceaccount\/default)$/u

/** Asked of the hook's pod; an answer must come while its rights are there. */
const questions = [
  ["delete", "clustermanagementaddon/multicluster-mesh"],
  ["delete", "managedclusteraddon/multicluster-mesh", "-n", "east"],
  ["delete", "clustermanagementaddon/other"],
  ["delete", "managedclusteraddon/other", "-n", "east"],
  ["delete", "managedclusters"],
  ["delete", "meshes", "-n", "east"],
  ["delete", "deployments", "-n", namespace],
  ["get", "secrets", "-n", namespace],
  ["create", "manifestworks", "-n", "east"]
]

/** `helm uninstall`, with somebody who runs its hook: how that ended, what it could have done, and how Helm ended. */
const uninstallWithHook = Effect.gen(function* () {
  const { environment, folder, plane, tools } = world
  const uninstall = yield* startProcess({
    name: "helm-uninstall",
    folder,
    command: tools.helm,
    args: ["uninstall", release, "--namespace", namespace],
    env: environment
  })
  let could: ReadonlyArray<ReadonlyArray<string>> = []
  const ask = Effect.sync(() => (could = questions.filter((question) => world.may(account, ...question))))
  const job = runJob({ plane, namespace, name: hook, program: hubController, beforeEnd: ask })
  const ran = yield* Effect.raceFirst(job, uninstall.ended)
  return { ...ran, could, helm: yield* uninstall.exited, said: readFileSync(uninstall.log, "utf8") }
}).pipe(Effect.scoped)

it("has a hook whose pod asks for no more than the restricted standard allows, and none where that is set", () => {
  world.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
  const hooks = parseAllDocuments(world.helm("get", "hooks", release, "--namespace", namespace)).map(
    (document): Listed => document.toJS()
  )
  const [job] = hooks.filter(({ kind }) => kind === "Job")
  expect(job?.metadata.name).toBe(hook)
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "probe", namespace },
    // that of the hook is made with it
    spec: { ...job?.spec?.template.spec, serviceAccountName: hub }
  }
  const said = world.succeed(world.tools.kubectl, ["create", "--dry-run=server", "-f", "-"], JSON.stringify(pod))
  expect(said).toContain("pod/probe created")
  const without = ["--namespace", namespace, "--dry-run=server", "--set=uninstall.hook=Never"]
  expect(world.helm("upgrade", release, chart, ...without)).not.toContain("kind: Job\n")
})

it("leaves what the policy keeps and no finalizer, though the hub controller is gone", async () => {
  plantFinalizers()
  world.kubectl("delete", "deployment", hub, "-n", namespace)
  const { could, exitCode, helm, log, said } = await Effect.runPromise(uninstallWithHook)
  expect({ exitCode, helm, log, said }).toEqual({ exitCode: 0, helm: 0, log, said })
  expect(could).toEqual(questions.slice(0, 2))
  expect(log).toContain("no hub controller works")
  expect(log).toContain("east: the add-on leaves all the same")
  expect(held()).toEqual([])
  expect(world.names("managedclusteraddons", "-A")).toEqual([])
  expect(world.kubectl("get", "events", "-n", "east", "-o", "jsonpath={.items[*].reason}")).toBe("PreDeleteGivenUp")

  const left = world.names(world.kinds(), "-A", "-l", "app.kubernetes.io/name=multicluster-mesh")
  expect(left.filter((name) => !name.startsWith("customresourcedefinition"))).toEqual([
    "managedclustersetbinding.cluster.open-cluster-management.io/global"
  ])
  expect(left.filter((name) => name.startsWith("customresourcedefinition"))).toHaveLength(5)
  const inNamespace = world.names(world.kinds("--namespaced"), "-n", namespace)
  expect(inNamespace.filter((name) => !isOfNamespace.test(name))).toEqual([])
  expect(world.names("meshfederations", "-A")).toEqual(["meshfederation.mesh.open-cluster-management.io/mcsm"])
})

it("keeps finalizers where the hooks are left out; the command takes them off afterwards, also twice", async () => {
  install()
  plantFinalizers()
  world.helm("uninstall", release, "--namespace", namespace, "--no-hooks")
  expect(held()).toHaveLength(2)
  // as docs/uninstall.md says
  const rendered = ["--namespace", namespace, "--set=uninstall.hook=Always", "--show-only=templates/uninstall.yaml"]
  const job = world.helm("template", release, chart, ...rendered)
  world.succeed(world.tools.kubectl, ["apply", "-f", "-"], job)
  const { exitCode, log } = await Effect.runPromise(
    runJob({ plane: world.plane, namespace, name: hook, program: hubController })
  )
  expect({ exitCode, log }).toEqual({ exitCode: 0, log })
  world.kubectl("wait", "-n", namespace, "--for=condition=Complete", `job/${hook}`, "--timeout=10s")
  world.succeed(world.tools.kubectl, ["delete", "-f", "-"], job)
  expect(held()).toEqual([])
  expect(world.names("managedclusteraddons", "-A")).toEqual([])
  const { command, args } = hubController(["uninstall", `--kubeconfig=${world.environment.KUBECONFIG}`])
  expect(world.succeed(command, args)).toContain("nothing on the hub waits for the add-on any more")
  world.kubectl("delete", "meshfederation", "mcsm", "-n", "east", "--timeout=30s")
})

it("stops where the add-on is of another installation, so that Helm takes none of it", async () => {
  install()
  const mark = "meta.helm.sh/release-namespace=elsewhere"
  world.kubectl("annotate", "clustermanagementaddon", "multicluster-mesh", mark, "--overwrite")
  const { exitCode, helm, log, said } = await Effect.runPromise(uninstallWithHook)
  expect({ exitCode, helm, log, said }).toEqual({ exitCode: 1, helm: 1, log, said })
  expect(log).toContain("is of the Helm release in namespace elsewhere")
  expect(world.names("clustermanagementaddons")).toHaveLength(1)
  expect(world.names("deployments", "-n", namespace)).toEqual([`deployment.apps/${hub}`])
})
