import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeObject } from "@multicluster-mesh/ocm-transport"
import { type ControlPlane, freePort, kubeconfigOf, kubectlOn } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { keepRunning, programOf } from "../keepRunning.ts"

const Text = Schema.optionalKey(Schema.String)

/** What of a Deployment a kubelet heeds. */
const Pod = Schema.Struct({
  serviceAccountName: Schema.String,
  containers: Schema.Tuple([
    Schema.Struct({
      image: Schema.String,
      args: Schema.Array(Schema.String),
      env: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          value: Text,
          valueFrom: Schema.optionalKey(
            Schema.Struct({ fieldRef: Schema.Struct({ fieldPath: Schema.Literal("metadata.namespace") }) })
          )
        })
      ),
      volumeMounts: Schema.Array(Schema.Struct({ name: Schema.String, mountPath: Schema.String }))
    })
  ]),
  volumes: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      secret: Schema.optionalKey(Schema.Struct({ secretName: Schema.String })),
      emptyDir: Schema.optionalKey(Schema.Unknown)
    })
  )
})

const decodePod = Schema.decodeUnknownEffect(
  Schema.Struct({ spec: Schema.Struct({ template: Schema.Struct({ spec: Pod }) }) })
)

export interface PodOptions {
  readonly plane: ControlPlane
  /** Which of our apps is in its image. */
  readonly app: string
  /** Flags beside its own, for tests that do not want to wait. */
  readonly flags?: ReadonlyArray<string>
  /** In kubeconfigs, this server is reached at another address: through a proxy. */
  readonly reroute?: { readonly from: string; readonly to: string } | undefined
  /** Told of ends that nobody asked for. */
  readonly onEnd: (what: string) => void
}

/** Where the files of a pod's volumes are: `<volume>/<file>`. */
export const podFolder = (plane: ControlPlane, app: string): string => join(plane.folder, `pod-${app}`)

const often = Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(600)])

/**
 * Does for the pod of a Deployment what a kubelet does: waits for its ServiceAccount and for the Secrets that it mounts,
 * runs its process with the arguments, environment, files and rights that it says, and keeps the files as the Secrets
 * are; until the scope ends. In place of the pod's own credentials stands a kubeconfig with a token of its ServiceAccount.
 */
export const runPod = Effect.fnUntraced(function* (api: KubeApi, object: KubeObject, options: PodOptions) {
  const { app, flags = [], onEnd, plane, reroute } = options
  const { namespace = "" } = object.metadata
  const rerouted = (text: string): string => (reroute === undefined ? text : text.replaceAll(reroute.from, reroute.to))
  const pod = (yield* decodePod(object)).spec.template.spec
  const [container] = pod.containers
  const folder = podFolder(plane, app)
  const at = (volume: string): string => join(folder, volume)
  for (const volume of pod.volumes) {
    mkdirSync(at(volume.name), { recursive: true })
    if (volume.secret === undefined) continue
    const sync = mount(api, { namespace, name: volume.secret.secretName }, at(volume.name), rerouted)
    yield* Effect.retry(sync, often)
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("500 millis"), Effect.ignore(sync))))
  }
  const token = yield* kubectlOn(plane, ["-n", namespace, "create", "token", pod.serviceAccountName]).pipe(
    Effect.retry(often)
  )
  const kubeconfig = join(folder, "kubeconfig")
  const ownConfig = kubeconfigOf(plane.server, plane.authority.certificate, { token: token.trim() })
  writeFileSync(kubeconfig, rerouted(ownConfig), { mode: 0o600 })
  const inside = (text: string): string => {
    const mounted = container.volumeMounts.find(({ mountPath }) => text.startsWith(`${mountPath}/`))
    return mounted === undefined ? text : at(mounted.name) + text.slice(mounted.mountPath.length)
  }
  const environment = container.env.map((one) => [one.name, one.value === undefined ? namespace : inside(one.value)])
  const port = yield* freePort
  const env = { ...Object.fromEntries(environment), MESH_KUBECONFIG: kubeconfig, MESH_HEALTH_PORT: String(port) }
  const process = yield* keepRunning(app, onEnd, {
    name: `pod-${app}`,
    folder: plane.folder,
    env,
    ...programOf(app, [...container.args, ...flags], releaseOf(container.image))
  })
  const answersReady = Effect.tryPromise((signal) => fetch(`http://127.0.0.1:${port}/readyz`, { signal })).pipe(
    Effect.filterOrFail(
      ({ ok }) => ok,
      () => new Error(`${app} is not ready`)
    )
  )
  return {
    ...process,
    user: `system:serviceaccount:${namespace}:${pod.serviceAccountName}`,
    /** Fails while it does not say that it is ready. */
    answersReady
  }
})

/** The release that the tag of an image names. */
const releaseOf = (image: string): string | undefined => /:([^:/@]+)$/u.exec(image)?.[1]

/** Writes the data of a Secret as files, those alone that changed. */
const mount = Effect.fnUntraced(function* (
  api: KubeApi,
  ref: { readonly namespace: string; readonly name: string },
  folder: string,
  rewrite: (text: string) => string
) {
  const { data } = yield* decodeSecret(yield* api.get(resources.secrets, ref))
  for (const [key, value] of Object.entries(data)) {
    const file = join(folder, key)
    const text = rewrite(Buffer.from(value, "base64").toString())
    if (contentOf(file) === text) continue
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
})

const decodeSecret = Schema.decodeUnknownEffect(Schema.Struct({ data: Schema.Record(Schema.String, Schema.String) }))

const contentOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
