import { assert, describe, it } from "@effect/vitest"
import { makeKubeSim } from "@multicluster-mesh/kube-sim"
import { customResourceDefinitions, decodeMeshAgent, labels, resources } from "@multicluster-mesh/mesh-model"
import { makeKubeApi } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"

const empty = { parts: [], apis: [], operators: [], controlPlanes: [], objects: [], services: [], namespaces: [] }

const controlPlane = (fields: object = {}) => ({
  meshProvider: "Openshift Service Mesh",
  namespace: "mesh-system",
  name: "basic",
  uid: "uid1",
  deleting: false,
  current: true,
  profiles: [],
  trustDomain: "east.local",
  clusterName: "Kubernetes",
  components: { ready: [], unready: [], pending: [] },
  conditions: [],
  members: { configured: [], pending: [] },
  gateways: [],
  peers: [],
  exports: [],
  imports: [],
  ...fields
})

const many = <A>(count: number, make: (index: number) => A) => Array.from({ length: count }, (_, index) => make(index))

const object = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "a", name, state: "Absent" })

/** Reports that the API server takes from nobody. */
const tooMuch: Readonly<Record<string, object>> = {
  "101 control planes": { controlPlanes: many(101, (index) => controlPlane({ namespace: `n${index}` })) },
  "10,001 objects": { objects: many(10_001, (index) => object(`o${index}`)) },
  "a name of 300 characters": { controlPlanes: [controlPlane({ name: "x".repeat(300) })] },
  "a path for a name": { controlPlanes: [controlPlane({ namespace: "../west" })] },
  "__proto__ for a name": { controlPlanes: [controlPlane({ namespace: "__proto__" })] },
  "a name that is no ASCII": {
    services: [{ namespace: "ü", name: "a", present: true, ports: [], importConsent: true }]
  },
  "a root of a megabyte": { controlPlanes: [controlPlane({ rootCertificate: "x".repeat(1_000_000) })] },
  "the same control plane twice": { controlPlanes: [controlPlane(), controlPlane()] },
  "four megabytes": { parts: [{ name: "APIs", complete: true, message: "x".repeat(4_000_000) }] },
  "text where a list should be": { controlPlanes: "all of them" }
}

describe("a report that is out of bounds", () => {
  it.live(
    "is refused by the API server: what the agent said before stays",
    () =>
      Effect.gen(function* () {
        const sim = yield* makeKubeSim({ name: "hub", crds: customResourceDefinitions() })
        const hub = yield* makeKubeApi(sim.connection)
        const ref = { namespace: "east", name: labels.addonName }
        yield* hub.create(resources.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "east" } })
        yield* hub.create(resources.meshAgents, {
          apiVersion: labels.apiVersion,
          kind: "MeshAgent",
          metadata: ref,
          spec: { fleetId: "fleet1" }
        })
        const say = (report: object) =>
          hub.patch(
            resources.meshAgents,
            ref,
            { status: { report: { ...empty, ...report } } },
            { subresource: "status" }
          )
        yield* say({ controlPlanes: [controlPlane()] })
        for (const [what, report] of Object.entries(tooMuch)) {
          const error = yield* Effect.flip(say(report))
          assert.include(["Invalid", "Refused"], error.reason._tag, what)
        }
        // unknown fields are dropped, however deep
        const deep = many(200, (index) => index).reduce<object>((inner) => ({ inner }), {})
        yield* say({ controlPlanes: [controlPlane({ deep })], deep })
        const stored = yield* hub.get(resources.meshAgents, ref)
        assert.notInclude(JSON.stringify(stored["status"]), "inner")
        const { status } = yield* decodeMeshAgent(stored)
        assert.lengthOf(status?.report?.controlPlanes ?? [], 1)
      }).pipe(Effect.scoped, Effect.provide(Logger.layer([]))),
    20_000
  )
})
