import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"

/** What became of one manifest. */
export interface ManifestResult {
  readonly manifest: KubeObject
  /** Undefined when the cluster does not serve the kind. */
  readonly type: ResourceType | undefined
  /** Why it is not applied. */
  readonly problem?: string
  /** Undefined when nobody could look. */
  readonly present: boolean | undefined
}

/** The status of a work, in the words of OCM's work agent; times are filled in by the writer. */
export const workStatus = (results: ReadonlyArray<ManifestResult>, generation: number) => {
  const condition = (type: string, verdict: Verdict) => ({ type, ...verdict, observedGeneration: generation })
  const problems = results.filter(({ problem }) => problem !== undefined)
  const missing = results.filter(({ present }) => present === false)
  return {
    conditions: [
      condition("Applied", problems.length === 0 ? workApplied : workFailed),
      condition("Available", workAvailable(results, missing.length))
    ],
    resourceStatus: {
      manifests: results.map(({ manifest, type, problem, present }, ordinal) => ({
        resourceMeta: {
          ordinal,
          group: type?.group ?? groupOf(manifest.apiVersion),
          version: type?.version ?? manifest.apiVersion.slice(manifest.apiVersion.indexOf("/") + 1),
          kind: manifest.kind,
          resource: type?.plural ?? "",
          namespace: manifest.metadata.namespace ?? "",
          name: manifest.metadata.name
        },
        conditions: [
          condition("Applied", problem === undefined ? applied : failed(problem)),
          condition("Available", available(present))
        ]
      }))
    }
  }
}

interface Verdict {
  readonly status: "True" | "False" | "Unknown"
  readonly reason: string
  readonly message: string
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : ""

const applied: Verdict = { status: "True", reason: "AppliedManifestComplete", message: "Apply manifest complete" }
const failed = (problem: string): Verdict => ({
  status: "False",
  reason: "AppliedManifestFailed",
  message: `Failed to apply manifest: ${problem}`
})
const workApplied: Verdict = {
  status: "True",
  reason: "AppliedManifestWorkComplete",
  message: "Apply manifest work complete"
}
const workFailed: Verdict = {
  status: "False",
  reason: "AppliedManifestWorkFailed",
  message: "Failed to apply manifest work"
}

const available = (present: boolean | undefined): Verdict => {
  if (present === undefined) {
    return { status: "Unknown", reason: "FetchingResourceFailed", message: "Failed to fetch resource" }
  }
  return present
    ? { status: "True", reason: "ResourceAvailable", message: "Resource is available" }
    : { status: "False", reason: "ResourceNotAvailable", message: "Resource is not available" }
}

const workAvailable = (results: ReadonlyArray<ManifestResult>, missing: number): Verdict => {
  if (missing > 0) {
    return {
      status: "False",
      reason: "ResourcesNotAvailable",
      message: `${missing} of ${results.length} resources are not available`
    }
  }
  const unknown = results.filter(({ present }) => present === undefined).length
  return unknown > 0
    ? {
        status: "Unknown",
        reason: "ResourcesStatusUnknown",
        message: `${unknown} of ${results.length} resources have unknown status`
      }
    : { status: "True", reason: "ResourcesAvailable", message: "All resources are available" }
}
