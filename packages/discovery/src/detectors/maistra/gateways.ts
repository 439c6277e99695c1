import { byKey, byText, GatewayReport, isDeleting, isTrue, ObjectMeta } from "@multicluster-mesh/mesh-model"
import * as Schema from "effect/Schema"
import type { ClusterSnapshot } from "../../ClusterSnapshot.ts"
import { present } from "../../present.ts"
import { bounded, decodedOf, fitting, type Problems } from "../../Problems.ts"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Deployment = Schema.Struct({
  metadata: ObjectMeta,
  status: optional(
    Schema.Struct({
      observedGeneration: optional(Schema.Int),
      conditions: optional(Schema.Array(Schema.Struct({ type: Schema.String, status: Schema.String })))
    })
  )
})
type Deployment = typeof Deployment.Type

const Service = Schema.Struct({
  metadata: ObjectMeta,
  spec: optional(Schema.Struct({ type: optional(Schema.String) })),
  status: optional(
    Schema.Struct({
      loadBalancer: optional(
        Schema.Struct({
          ingress: optional(
            Schema.Array(Schema.Struct({ ip: optional(Schema.String), hostname: optional(Schema.String) }))
          )
        })
      )
    })
  )
})
type Service = typeof Service.Type

const directions: Readonly<Record<string, GatewayReport["direction"]>> = {
  "istio-ingress": "Ingress",
  "istio-egress": "Egress"
}

// the gateways that every control plane has; their names are reserved
const defaultGateways = new Set(["istio-ingressgateway", "istio-egressgateway"])

/**
 * Returns, by control plane namespace, the additional gateways of a mesh, sorted by name.
 *
 * They are found by their Deployments and Services: the components `istio-ingress` and `istio-egress` count as ready
 * as soon as gateways are enabled at all. Gateways in other namespaces cannot serve a federation and are left out.
 */
export const readGateways = (
  snapshot: ClusterSnapshot,
  problems: Problems
): ((namespace: string) => ReadonlyArray<GatewayReport>) => {
  const deployments = decodedOf(snapshot, "GatewayDeployments", Deployment, problems)
  // Services of all namespaces are in the snapshot: one that is malformed elsewhere is not a gateway's matter
  const services = decodedOf(
    { ...snapshot, kinds: { ...snapshot.kinds, ...gatewayServicesOf(snapshot) } },
    "Services",
    Service,
    problems
  )
  // without either, "not ready" or "no address" would be said of what is only unknown
  if (deployments === undefined || services === undefined) return () => []
  return (namespace) => {
    const rendered = ({ metadata }: Deployment | Service) =>
      metadata.namespace === namespace && metadata.labels?.["maistra.io/owner"] === namespace
    const serviceByName = new Map(services.filter(rendered).map((service) => [service.metadata.name, service]))
    const deploymentByName = new Map(
      deployments.filter(rendered).map((deployment) => [deployment.metadata.name, deployment])
    )
    const gateways = [...new Set([...serviceByName.keys(), ...deploymentByName.keys()])].flatMap((name) => {
      const deployment = deploymentByName.get(name)
      const service = serviceByName.get(name)
      const direction = directionOf(deployment) ?? directionOf(service)
      if (direction === undefined || defaultGateways.has(name)) return []
      return [
        {
          name,
          direction,
          ready: deployment !== undefined && isReady(deployment),
          addresses: bounded(
            service === undefined ? [] : addressesOf(service),
            16,
            `addresses of gateway ${namespace}/${name}`,
            problems
          ),
          ...present({ serviceType: service?.spec?.type ?? undefined })
        }
      ]
    })
    return fitting(GatewayReport, gateways, ({ name }) => `gateway ${namespace}/${name}`, problems).toSorted(
      byKey(({ name }) => name)
    )
  }
}

const gatewayServicesOf = ({ kinds: { Services } }: ClusterSnapshot): ClusterSnapshot["kinds"] =>
  Services?._tag === "Known"
    ? { Services: { _tag: "Known", objects: Services.objects.filter((service) => directionOf(service) !== undefined) } }
    : {}

const directionOf = (object: { readonly metadata: ObjectMeta } | undefined): GatewayReport["direction"] | undefined =>
  object?.metadata.labels?.["maistra.io/owner"] === undefined
    ? undefined
    : directions[object.metadata.labels["app.kubernetes.io/component"] ?? ""]

const isReady = (deployment: Deployment): boolean => {
  const observed = deployment.status?.observedGeneration ?? 0
  return (
    !isDeleting(deployment) &&
    observed >= (deployment.metadata.generation ?? 0) &&
    isTrue(deployment.status?.conditions ?? [], "Available")
  )
}

const addressesOf = (service: Service): ReadonlyArray<string> => {
  const ingress = service.status?.loadBalancer?.ingress ?? []
  return [...new Set(ingress.flatMap(({ ip, hostname }) => [ip || [], hostname || []].flat()))].sort(byText)
}
