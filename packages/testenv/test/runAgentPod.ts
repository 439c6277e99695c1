import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "../src/freePort.ts"
import { startProcess } from "../src/startProcess.ts"

const root = new URL("../../../", import.meta.url).pathname

const Mount = Schema.Struct({ name: Schema.String, mountPath: Schema.String })
const Container = Schema.Struct({
  args: Schema.Array(Schema.String),
  env: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })),
  volumeMounts: Schema.Array(Mount)
})
const decodeDeployment = Schema.decodeUnknownEffect(
  Schema.Struct({
    spec: Schema.Struct({
      template: Schema.Struct({ spec: Schema.Struct({ containers: Schema.Tuple([Container]) }) })
    })
  })
)

type Files = Readonly<Record<string, string>>

/**
 * Runs the process of the agent's Deployment for as long as the scope lives: with its arguments and environment, and
 * with the files of its volumes, by volume. In place of the pod's own credentials stands a kubeconfig of its cluster.
 */
export const runAgentPod = Effect.fnUntraced(function* (
  deployment: KubeObject,
  folder: string,
  kubeconfig: string,
  volumes: Readonly<Record<string, Files>>
) {
  const [container] = (yield* decodeDeployment(deployment)).spec.template.spec.containers
  const write = (place: string, files: Files) => {
    mkdirSync(join(folder, place), { recursive: true })
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, place, name), text, { mode: 0o600 })
  }
  write("pod", { kubeconfig })
  for (const [volume, files] of Object.entries(volumes)) write(volume, files)
  const inside = (text: string): string => {
    const mounted = container.volumeMounts.find(({ mountPath }) => text.startsWith(`${mountPath}/`))
    return mounted === undefined ? text : join(folder, mounted.name, text.slice(mounted.mountPath.length))
  }
  const port = yield* freePort
  return yield* startProcess({
    name: "agent",
    command: join(root, "node_modules/.bin/node"),
    folder,
    args: ["--conditions=@multicluster-mesh/source", join(root, "apps/agent/src/main.ts"), ...container.args],
    env: {
      ...Object.fromEntries(container.env.map(({ name, value }) => [name, inside(value)])),
      MESH_KUBECONFIG: join(folder, "pod/kubeconfig"),
      MESH_HEALTH_PORT: String(port),
      NODE_OPTIONS: ""
    }
  })
})
