import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Mesh } from "./Mesh.ts"

/** What the meshes of all clusters share: the network between them. */
export interface OssmWorld {
  /** All control planes that run, by `cluster/namespace/name`. */
  readonly meshes: Map<string, Mesh>
  /** A load balancer's address that nobody else has; every third is a DNS name, as some clouds give them. */
  readonly nextAddress: (cluster: string) => LoadBalancerAddress
  /** The address of the nodes of a cluster. */
  readonly nodeAddress: (cluster: string) => string
  /** Something that other meshes may notice has changed. */
  readonly announce: Effect.Effect<void>
  /** A value for each announcement. */
  readonly announcements: Stream.Stream<void>
}

/** One entry of a Service's `status.loadBalancer.ingress`. */
export type LoadBalancerAddress = { readonly ip: string } | { readonly hostname: string }

export const makeOssmWorld = (): Effect.Effect<OssmWorld> =>
  Effect.map(PubSub.sliding<void>(1), (bell) => {
    const meshes = new Map<string, Mesh>()
    const nodes = new Map<string, string>()
    let addresses = 0
    return {
      meshes,
      nextAddress: (cluster) => {
        addresses += 1
        return addresses % 3 === 0
          ? { hostname: `lb${addresses}.${cluster}.elb.example.com` }
          : { ip: `203.0.113.${addresses % 250 || 250}` } // TEST-NET-3
      },
      nodeAddress: (cluster) => {
        const address = nodes.get(cluster) ?? `198.51.100.${nodes.size + 1}` // TEST-NET-2
        nodes.set(cluster, address)
        return address
      },
      announce: Effect.asVoid(PubSub.publish(bell, undefined)),
      announcements: Stream.fromPubSub(bell)
    }
  })
