import { type Connection, connectionTo, kubeConfigFile } from "@multicluster-mesh/ocm-transport"
import type { Authority, ControlPlane, Proxy } from "@multicluster-mesh/testenv"
import { makeAuthority, startProxy, TestenvError } from "@multicluster-mesh/testenv"
import * as Effect from "effect/Effect"
import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { World } from "../../src/World.ts"
import { keepRunning, type ProcessOfProduct, programOf } from "../keepRunning.ts"
import { answersWith } from "./answersWith.ts"

/** The group of all that the product is to the hub, so that rights and limits can name it. */
export const productGroup = "multicluster-mesh:product"

/** Hub controllers and agents as processes, with kubeconfig files, behind proxies. */
export interface RealProduct {
  readonly hubControllers: ReadonlyArray<ProcessOfProduct>
  readonly agents: ReadonlyArray<ProcessOfProduct>
  /** Between the whole product and the hub. */
  readonly hubProxy: Proxy
  /** Replaces all certificates on disk; those before are refused `gapMillis` earlier than the new ones are there. */
  readonly rotateCredentials: (gapMillis: number) => Effect.Effect<void, TestenvError>
  /** As one of the hub controllers, with the credentials that are on disk now. */
  readonly connection: Effect.Effect<Connection, TestenvError>
  /** Ends that nobody asked for. */
  readonly misdeeds: Effect.Effect<ReadonlyArray<string>>
}

export const startRealProduct = Effect.fnUntraced(function* (world: World<ControlPlane>) {
  const misdeeds: Array<string> = []
  const { folder } = world.hubSim
  const hubProxy = yield* startProxy(portOf(world.hubSim))
  const names = ["hub-controller", ...world.clusters.map(({ name }) => `agent-${name}`)]
  const kubeconfigs = new Map(names.map((name) => [name, writeKubeconfig(folder, name, hubProxy.port)]))
  const kubeconfig = (name: string): string => kubeconfigs.get(name) ?? ""
  const connection = Effect.gen(function* () {
    const { credentials, server } = yield* kubeConfigFile(kubeconfig("hub-controller"))
    return connectionTo(server, yield* credentials)
  }).pipe(Effect.mapError(({ message }) => new TestenvError({ part: "kubeconfig", problem: message })))
  const rotateCredentials = Effect.fnUntraced(function* (gapMillis: number) {
    const old = yield* connection
    const authority = yield* Effect.promise(() => makeAuthority("product-ca"))
    yield* world.hubSim.trustClients([authority.certificate])
    yield* answersWith(old, 401)
    yield* Effect.sleep(gapMillis)
    for (const name of names) yield* writeCredentials(folder, name, authority)
  })
  const first = yield* Effect.promise(() => makeAuthority("product-ca"))
  yield* world.hubSim.trustClients([first.certificate])
  for (const name of names) yield* writeCredentials(folder, name, first)
  const start = (name: string, app: string, args: ReadonlyArray<string>) =>
    keepRunning(name, (what) => misdeeds.push(what), {
      name,
      folder,
      ...programOf(app, ["--health-port=0", ...args])
    })
  const hubControllers = yield* Effect.forEach(["a", "b"], (instance) =>
    start(`hub-controller-${instance}`, "hub-controller", [`--kubeconfig=${kubeconfig("hub-controller")}`])
  )
  const agents = yield* Effect.forEach(world.clusters, ({ name, sim }) => {
    const local = join(sim.folder, "agent.kubeconfig")
    writeFileSync(local, sim.kubeconfig, { mode: 0o600 })
    const args = [`--cluster=${name}`, `--hub-kubeconfig=${kubeconfig(`agent-${name}`)}`, `--kubeconfig=${local}`]
    return start(`agent-${name}`, "agent", [...args, "--resync=1 second"])
  })
  const product: RealProduct = {
    hubControllers,
    agents,
    hubProxy,
    rotateCredentials,
    connection,
    misdeeds: Effect.sync(() => [...misdeeds])
  }
  return product
})

const portOf = ({ server }: ControlPlane): number => Number(new URL(server).port)

const writeKubeconfig = (folder: string, name: string, port: number): string => {
  const own = join(folder, name)
  mkdirSync(own, { recursive: true })
  const path = join(own, "kubeconfig")
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "hub", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": join(folder, "ca.crt") } }
    ],
    users: [{ name, user: { "client-certificate": "tls.crt", "client-key": "tls.key" } }],
    contexts: [{ name: "hub", context: { cluster: "hub", user: name } }],
    "current-context": "hub"
  }
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
  return path
}

/** Key and certificate are replaced one after the other: who reads in between gets a pair that does not fit. */
const writeCredentials = Effect.fnUntraced(function* (folder: string, name: string, authority: Authority) {
  const pair = yield* Effect.promise(() => authority.signClient(name, [productGroup]))
  for (const [file, text] of [
    ["tls.key", pair.key],
    ["tls.crt", pair.certificate]
  ] as const) {
    const path = join(folder, name, file)
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
})
