import { assert, it } from "@effect/vitest"
import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { kubeTools } from "../src/index.ts"

const example = (file: string) => fileURLToPath(new URL(`../../../examples/quickstart/${file}`, import.meta.url))
const federation = "meshfederation.mesh.open-cluster-management.io/mcsm"
const users = ["-n", "open-cluster-management"]

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "kubectl-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** kubectl as a person has it, on a kube-sim with our kinds. */
const makeKubectl = Effect.gen(function* () {
  const kubectl = process.env["KUBECTL"] ?? (yield* kubeTools).kubectl
  const sim = yield* makeKubeSim({ name: "hub", crds: customResourceDefinitions() })
  const home = yield* temporaryFolder
  const kubeconfig = join(home, "kubeconfig")
  writeFileSync(kubeconfig, sim.kubeconfig, { mode: 0o600 })
  const env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: kubeconfig }
  /** Starts a call that ends with the scope. */
  const start = (args: ReadonlyArray<string>) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(kubectl, args, { env, stdio: ["ignore", "pipe", "pipe"] })
        const said = { out: "", err: "" }
        child.stdout.on("data", (text: Buffer) => (said.out += text.toString()))
        child.stderr.on("data", (text: Buffer) => (said.err += text.toString()))
        return {
          child,
          said,
          code: new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)))
        }
      }),
      ({ child, code }) => Effect.promise(() => (child.kill("SIGKILL"), code))
    )
  /** Runs a call to its end. */
  const run = (...args: ReadonlyArray<string>) =>
    Effect.scoped(
      Effect.gen(function* () {
        const { code, said } = yield* start(args)
        return { code: yield* Effect.promise(() => code), ...said }
      })
    )
  /** What a call prints that must succeed. */
  const ask = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
    const { code, err, out } = yield* run(...args)
    assert.deepStrictEqual({ args, code, err }, { args, code: 0, err: "" })
    return out
  })
  return { ask, run, start }
})

/** Waits until a call that goes on has printed it. */
const prints = ({ said }: { readonly said: { readonly out: string } }, pattern: RegExp) =>
  Effect.sync(() => pattern.test(said.out)).pipe(
    Effect.delay("50 millis"),
    Effect.repeat({ until: (is) => is }),
    Effect.timeout("1 minute")
  )

it.live("kubectl works with kube-sim as with any API server", () =>
  Effect.gen(function* () {
    const { ask, run, start } = yield* makeKubectl
    assert.include(yield* ask("create", "namespace", "open-cluster-management"), "created")

    const watch = yield* start(["get", "meshfederations", ...users, "--watch", "--output-watch-events"])
    assert.strictEqual(yield* ask("apply", "-f", example("mesh-federation.yaml")), `${federation} created\n`)
    assert.strictEqual(yield* ask("apply", "-f", example("mesh-federation.yaml")), `${federation} unchanged\n`)
    yield* prints(watch, /^ADDED +mcsm /mu)

    const table = yield* ask("get", "meshfederations", "-A")
    assert.match(table, /^NAMESPACE +NAME +PAIRS +FEDERATED .*AGE\nopen-cluster-management +mcsm .*\d+s\n$/u)
    const described = yield* ask("describe", "meshfederation", "mcsm", ...users)
    assert.match(described, /^Name: +mcsm\nNamespace: +open-cluster-management\n/u)
    assert.match(described, /Trust Type: +Limited\n(.*\n)*Events: +<none>\n$/u)
    const explained = yield* ask("explain", "meshfederation.spec.meshPeers.peers")
    assert.match(explained, /^GROUP: +mesh\.open-cluster-management\.io\nKIND: +MeshFederation\n/u)
    assert.match(explained, /^ +cluster\t<string> -required-$/mu)

    const difference = yield* run("diff", "-f", example("mesh-federation-services.yaml"))
    assert.strictEqual(difference.code, 1)
    assert.match(difference.out, /^\+  services:$/mu)
    const applied = yield* ask("apply", "--server-side", "-f", example("mesh-federation-services.yaml"))
    assert.strictEqual(applied, `${federation} serverside-applied\n`)
    yield* prints(watch, /^MODIFIED +mcsm /mu)
    assert.strictEqual((yield* run("diff", "--server-side", "-f", example("mesh-federation-services.yaml"))).code, 0)
    const service = yield* ask("get", federation, ...users, "-o", "jsonpath={.spec.services[*].names}")
    assert.strictEqual(service, '["reviews","ratings"]')

    const unknown = '{"spec":{"trustConfig":{"trustType":"Blind"}}}'
    const refused = yield* run("patch", federation, ...users, "--type=merge", "-p", unknown)
    assert.strictEqual(refused.code, 1)
    assert.match(refused.err, /trustType: Unsupported value: "Blind"/u)

    const deleted = yield* ask("delete", federation, ...users)
    assert.match(deleted, /"mcsm" deleted/u)
    yield* prints(watch, /^DELETED +mcsm /mu)
    const gone = yield* run("get", federation, ...users)
    assert.match(gone.err, /^Error from server \(NotFound\): /u)
  }).pipe(Effect.scoped)
)
