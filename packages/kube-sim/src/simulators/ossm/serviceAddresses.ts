import { resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, KubeObject, ObjectRef } from "@multicluster-mesh/ocm-transport"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AdmissionHook } from "../../server/AdmissionHook.ts"
import { find, patchStatus } from "../calls.ts"
import { dataAt, dataOf, listAt, textAt, type Data } from "../fields.ts"
import { type Again, runController } from "../runController.ts"
import { makeTimers } from "../Timers.ts"
import type { OssmWorld } from "./OssmWorld.ts"

/** Gives Services their cluster IP and node ports, as every Kubernetes API server does; kube-sim leaves that to us. */
export const serviceDefaults = (): AdmissionHook => {
  let addresses = 0
  let nodePorts = 0
  const nextAddress = () => {
    addresses += 1
    return `172.30.${Math.floor(addresses / 250)}.${(addresses % 250) + 1}`
  }
  const withNodePort = (ports: ReadonlyArray<Data>) => (port: Data) => {
    if (port["nodePort"] !== undefined) return port
    const known = ports.find((old) => old["port"] === port["port"])?.["nodePort"]
    if (known === undefined) nodePorts += 1
    return { ...port, nodePort: known ?? 30_000 + (nodePorts % 2768) }
  }
  return {
    name: "kube-apiserver",
    matches: ({ type, operation, subresource }) =>
      type.kind === "Service" && type.group === "" && operation !== "DELETE" && subresource === undefined,
    mutate: ({ object, oldObject }) =>
      Effect.sync(() => {
        if (object === undefined) throw new Error("a mutating hook is called without an object")
        const spec = dataAt(object, "spec")
        const type = textAt(spec, "type") ?? "ClusterIP"
        if (type === "ExternalName") return object
        const clusterIP = textAt(spec, "clusterIP") ?? textAt(oldObject, "spec", "clusterIP") ?? nextAddress()
        const ports = listAt(spec, "ports").map(dataOf)
        const oldPorts = listAt(oldObject, "spec", "ports").map(dataOf)
        const open = type === "NodePort" || type === "LoadBalancer"
        return {
          ...object,
          spec: { ...spec, type, clusterIP, ports: open ? ports.map(withNodePort(oldPorts)) : ports }
        }
      })
  }
}

/** The cloud's load balancers: each Service that asks for one gets an address after a while. */
export const runLoadBalancers = Effect.fnUntraced(function* (
  cluster: string,
  api: KubeApi,
  world: OssmWorld,
  delays: { readonly loadBalancer: Duration.Duration; readonly retry: Duration.Duration }
) {
  const timers = makeTimers()
  const services = yield* api.informer(resources.services)
  yield* runController({
    keys: services.changes,
    retry: delays.retry,
    reconcile: Effect.fnUntraced(function* (ref: ObjectRef): Effect.fn.Return<Again, KubeError> {
      const known = yield* services.get(ref)
      if (known === undefined || !waits(known)) return undefined
      const left = yield* timers.left(known.metadata.uid ?? "", delays.loadBalancer)
      if (left !== undefined) return left
      const service = yield* find(api, resources.services, ref)
      if (service === undefined || !waits(service)) return undefined
      const status = { loadBalancer: { ingress: [world.nextAddress(cluster)] } }
      yield* patchStatus(api, resources.services, service, status, "cloud-controller-manager")
      return undefined
    })
  })
})

const waits = (service: KubeObject): boolean =>
  textAt(service, "spec", "type") === "LoadBalancer" &&
  service.metadata.deletionTimestamp === undefined &&
  listAt(service, "status", "loadBalancer", "ingress").length === 0
