import { ocmHubCrds } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, resources } from "@multicluster-mesh/mesh-model"
import { type KubeApi, makeKubeApi } from "@multicluster-mesh/ocm-transport"
import { borrowControlPlane, freePort, TestenvError } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { readOnly, type UnpackedImage } from "./unpackImage.ts"

const namespace = "multicluster-mesh-addon"

/**
 * Runs the hub controller of an image on a real API server, as a kubelet does, until `/readyz` says that it is ready,
 * and then asks it to end. What it said on `/readyz`, and its exit code.
 *
 * Errors: `TestenvError` with all that it said when it ends by itself, or does not become ready.
 */
export const hubControllerOfImage = Effect.fnUntraced(function* (image: UnpackedImage) {
  const plane = yield* borrowControlPlane("images")
  yield* prepare(yield* makeKubeApi(plane.connection))
  // what a kubelet gives a container; that the host name is found is up to the libraries of the image
  writeFileSync(join(image.root, "etc/hosts"), "127.0.0.1 localhost\n")
  writeFileSync(join(image.root, "kubeconfig"), plane.kubeconfig.replaceAll("127.0.0.1", "localhost"))
  const port = yield* freePort
  const args = ["--kubeconfig=/kubeconfig", `--addon-namespace=${namespace}`, `--health-port=${port}`]
  const { child, code, said } = yield* run(image, args)
  const failed = (problem: string) => new TestenvError({ part: "hub-controller", problem: `${problem}: ${said()}` })
  const ended = Effect.flatMap(
    Effect.promise(() => code),
    (code) => Effect.fail(failed(`ended with ${code}`))
  )
  const ready = yield* Effect.raceFirst(Effect.mapError(untilReady(port), failed), ended)
  child.kill("SIGTERM")
  return { ready, code: yield* Effect.promise(() => code) }
}, Effect.scoped)

/** What Helm and OCM put on a hub. */
const prepare = Effect.fnUntraced(function* (hub: KubeApi) {
  for (const definition of [...ocmHubCrds, ...customResourceDefinitions()])
    yield* hub.apply(resources.customResourceDefinitions, definition, { fieldManager: "helm" })
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }
  yield* hub.apply(resources.namespaces, made, { fieldManager: "helm" })
})

const run = (image: UnpackedImage, args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const env = Object.fromEntries(image.env.map((pair) => pair.split(/=(.*)/su)))
      const child = spawn("unshare", readOnly(image, args), {
        env: { ...env, PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${env["PATH"]}` },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let said = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()))
      const code = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)))
      return { child, code, said: () => said }
    }),
    ({ child, code }) => Effect.promise(() => (child.kill("SIGKILL"), code))
  )

/** What `/readyz` says once it is ready. */
const untilReady = (port: number) =>
  Effect.tryPromise({
    try: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`)
      const text = await response.text()
      if (!response.ok) throw new Error(text)
      return text
    },
    catch: (cause) => `/readyz does not say ok: ${String(cause)}`
  }).pipe(Effect.retry(Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(600)])))
