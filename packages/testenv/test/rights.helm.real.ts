import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { borrowControlPlane } from "../src/borrowControlPlane.ts"
import type { ControlPlane } from "../src/ControlPlane.ts"
import { freePort } from "../src/freePort.ts"
import { helmTools } from "../src/HelmTools.ts"
import { startProcess } from "../src/startProcess.ts"
import { installOcm } from "./installOcm.ts"

const root = new URL("../../../", import.meta.url).pathname
const namespace = "multicluster-mesh-addon"
const account = "multicluster-mesh-hub-controller"
/** With a port, whose colon is not that of the tag. */
const image = "registry.example.com:5000/mesh/addon:v1"
const scope = Scope.makeUnsafe()
let plane: ControlPlane
let deploy: () => void
let kubectl: (args: ReadonlyArray<string>, input?: string) => string

beforeAll(async () => {
  const tools = await Effect.runPromise(helmTools)
  plane = await Effect.runPromise(Scope.provide(borrowControlPlane("rights"), scope))
  const admin = join(plane.folder, "kubeconfig")
  writeFileSync(admin, plane.kubeconfig, { mode: 0o600 })
  kubectl = (args, input) =>
    execFileSync(tools.kubectl, [`--kubeconfig=${admin}`, ...args], { encoding: "utf8", stdio: "pipe", input })
  installOcm(tools.kubectl, admin)
  kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"])
  for (const name of ["open-cluster-management", "east"]) kubectl(["create", "namespace", name])
  deploy = () =>
    execFileSync("make", ["--directory", root, "deploy", `IMAGE=${image}`], {
      stdio: "pipe",
      env: { ...process.env, KUBECONFIG: admin, PATH: `${dirname(tools.helm)}:${process.env["PATH"]}` }
    })
  deploy()
})
afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))

/** A kubeconfig of the hub controller's service account, as a pod has it. */
const asHubController = (): string => {
  const folder = join(plane.folder, "hub-controller")
  mkdirSync(folder)
  const user = { token: kubectl(["create", "token", account, "-n", namespace]).trim() }
  const config = JSON.parse(plane.kubeconfig)
  const file = join(folder, "kubeconfig")
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: "admin", user }] }), { mode: 0o600 })
  return file
}

const apply = (object: unknown): string => kubectl(["apply", "-f", "-"], JSON.stringify(object))

it("is installed by make deploy with the images that IMAGE names, and again", () => {
  deploy()
  const hub = kubectl(["get", "deployment", "-n", namespace, "-o", "jsonpath={..containers[*].image}"])
  expect(hub).toBe(image)
  const variables = ["get", "addondeploymentconfig", "-n", namespace, "-o", "jsonpath={..customizedVariables}"]
  expect(kubectl(variables)).toContain("registry.example.com:5000/mesh/addon-agent:v1")
})

it("lets the hub controller lead, read all it needs, and write: no call is refused", async () => {
  const log = await Effect.runPromise(
    Effect.gen(function* () {
      const port = yield* freePort
      const controller = yield* startProcess({
        name: "hub-controller",
        command: join(root, "node_modules/.bin/node"),
        folder: plane.folder,
        args: [
          "--conditions=@multicluster-mesh/source",
          join(root, "apps/hub-controller/src/main.ts"),
          `--kubeconfig=${asHubController()}`,
          `--health-port=${port}`,
          `--addon-namespace=${namespace}`
        ],
        env: { NODE_OPTIONS: "" }
      })
      apply({
        apiVersion: "mesh.open-cluster-management.io/v1alpha1",
        kind: "MeshDeployment",
        metadata: { name: "mesh", namespace: "open-cluster-management" },
        spec: {
          clusters: ["east"],
          controlPlane: { namespace: "mesh-system", version: "v2.1" },
          meshProvider: "Openshift Service Mesh"
        }
      })
      const ready = Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/readyz`)).pipe(
        Effect.filterOrFail((answer) => answer.status === 200)
      )
      const said = Effect.suspend(() => {
        const conditions = kubectl([
          "get",
          "meshdeployment",
          "mesh",
          "-n",
          "open-cluster-management",
          "-o",
          "jsonpath={.status.conditions}"
        ])
        return conditions === "" ? Effect.fail("no status yet") : Effect.void
      })
      const often = Schedule.max([Schedule.spaced("500 millis"), Schedule.recurs(120)])
      yield* Effect.raceFirst(Effect.retry(Effect.andThen(ready, said), often), controller.ended)
      const metrics = yield* Effect.promise(() =>
        fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text())
      )
      expect(metrics.split("\n").filter((line) => /code="40[13]"/u.test(line))).toEqual([])
      expect(metrics).toMatch(/mesh_addon_leader\{[^}]*\} 1/u)
      return readFileSync(controller.log, "utf8")
    }).pipe(Effect.scoped)
  )
  expect(log).not.toMatch(/forbidden/iu)
})
