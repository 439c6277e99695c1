import type { Verdict } from "@multicluster-mesh/mesh-model"
import { verdict } from "./conditions.ts"
import type { ServiceOutcome } from "./serviceStatus.ts"

const type = "ServicesReady"

/**
 * Whether every service of a federation can be called where it is wished. A federation without services has no such
 * condition.
 *
 * `Ready` of the federation does not include it: that speaks of gateways and trust between meshes, which whoever runs the
 * meshes looks after, and must stay True when only an application has no Service yet. Who offers or calls a service waits
 * for this condition, and is told by it.
 */
export const servicesVerdict = (services: ReadonlyArray<ServiceOutcome>): ReadonlyArray<Verdict> => {
  if (services.length === 0) return []
  const rest = services.filter(({ service }) => service.state !== "Imported")
  const first = firstOf(rest)
  if (first === undefined) return [verdict(type, "True", "Imported", `All ${services.length} services are imported.`)]
  const { importer, message, service } = first.service
  const where = importer === "" ? service : `${service} at ${importer}`
  const counts = `${services.length - rest.length} of ${services.length} services are imported`
  return [
    verdict(
      type,
      first.lacks === "Knowledge" ? "Unknown" : "False",
      reasonOf(first),
      `${counts}${refusedOf(rest)}. ${where}: ${message}`
    )
  ]
}

/** What a person has to do comes first, what is only unknown last. */
const firstOf = (services: ReadonlyArray<ServiceOutcome>): ServiceOutcome | undefined =>
  services.find(({ service }) => service.state === "Refused") ??
  services.find(({ lacks }) => lacks === "Service") ??
  services.find(({ lacks }) => lacks === undefined) ??
  services[0]

const reasonOf = ({ lacks, service }: ServiceOutcome): string => {
  if (service.state === "Refused") return "ServicesRefused"
  if (lacks === "Service") return "ServiceMissing"
  return lacks === "Knowledge" ? "ServicesUnknown" : "ServicesPending"
}

const refusedOf = (services: ReadonlyArray<ServiceOutcome>): string => {
  const refused = services.filter(({ service }) => service.state === "Refused").length
  return refused === 0 ? "" : `, ${refused} cannot be`
}
