import { byKey, keyOf, labels, type MeshAgentSpec, ObjectMeta, ServiceReport } from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import type { ClusterSnapshot } from "../ClusterSnapshot.ts"
import { bounded, fitting, objectsOf, type Problems } from "../Problems.ts"

const Service = Schema.Struct({
  metadata: ObjectMeta,
  spec: Schema.optionalKey(
    Schema.Struct({
      ports: Schema.optionalKey(
        Schema.NullOr(Schema.Array(Schema.Struct({ name: Schema.optionalKey(Schema.String), port: Schema.Int })))
      )
    })
  )
})

/** What is known of the asked Services. Without the Services or the Namespaces nothing is said of any. */
export const reportServices = (
  snapshot: ClusterSnapshot,
  asked: MeshAgentSpec,
  problems: Problems
): ReadonlyArray<ServiceReport> => {
  if ((asked.services ?? []).length === 0) return []
  const services = objectsOf(snapshot, "Services", problems)
  const namespaces = objectsOf(snapshot, "Namespaces", problems)
  if (services === undefined || namespaces === undefined) return []
  const serviceByKey = new Map(services.map((service) => [keyOf(service), service]))
  const namespaceByName = new Map(namespaces.map((namespace) => [namespace.metadata.name, namespace]))
  const decode = Schema.decodeUnknownOption(Service)
  const reports = (asked.services ?? []).flatMap(({ namespace, name }): ReadonlyArray<ServiceReport> => {
    const object = serviceByKey.get(`${namespace}/${name}`)
    if (object === undefined) return [{ namespace, name, present: false, ports: [], importConsent: false }]
    const decoded = decode(object)
    if (decoded._tag === "None") {
      problems.push(`Service ${namespace}/${name} is malformed`)
      return []
    }
    const ports = (decoded.value.spec?.ports ?? []).map(({ name = "", port }) => ({ name, port }))
    return [
      {
        namespace,
        name,
        present: true,
        ports: bounded(
          ports.toSorted((a, b) => a.port - b.port || byKey((port: { name: string }) => port.name)(a, b)),
          64,
          `ports of Service ${namespace}/${name}`,
          problems
        ),
        importConsent: consents(object) || consents(namespaceByName.get(namespace))
      }
    ]
  })
  return fitting(ServiceReport, reports, (report) => `Service ${report.namespace}/${report.name}`, problems).toSorted(
    byKey(({ namespace, name }) => `${namespace}/${name}`)
  )
}

const consents = (object: { readonly metadata: ObjectMeta } | undefined): boolean =>
  object?.metadata.labels?.[labels.importConsentLabel] === labels.importConsentValue
