import { canonicalJson, type ManifestWork } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "../KubeApi.ts"
import type { FeedbackRule, ObjectFeedback } from "./AddOn.ts"
import { feedbackIn } from "./judgeHealth.ts"
import { configSpecHashAnnotation } from "./keys.ts"

/**
 * What OCM's rollout needs of an add-on is an annotation of its works: which configurations they bring. OCM goes on with
 * the next clusters once that is what it wants and the works are applied, whatever becomes of the pods. An add-on whose
 * rollout shall wait for them gets the annotation only when its workloads run; they carry it from the start, so that it
 * is known of which configuration the work agent speaks.
 */

type Workload = "deployments" | "daemonsets"

const paths = (status: Readonly<Record<string, string>>): FeedbackRule => ({
  type: "JSONPaths",
  jsonPaths: Object.entries({
    Configs: `.metadata.annotations.${configSpecHashAnnotation.replaceAll(".", "\\.")}`,
    Generation: ".metadata.generation",
    ObservedGeneration: ".status.observedGeneration",
    ...status
  }).map(([name, path]) => ({ name, path }))
})

const rules: Readonly<Record<Workload, FeedbackRule>> = {
  deployments: paths({
    Wanted: ".spec.replicas",
    Pods: ".status.replicas",
    Updated: ".status.updatedReplicas",
    Running: ".status.availableReplicas"
  }),
  daemonsets: paths({
    Wanted: ".status.desiredNumberScheduled",
    Updated: ".status.updatedNumberScheduled",
    Running: ".status.numberAvailable"
  })
}

const workloadOf = ({ apiVersion, kind }: KubeObject): Workload | undefined => {
  if (apiVersion !== "apps/v1") return undefined
  if (kind === "Deployment") return "deployments"
  return kind === "DaemonSet" ? "daemonsets" : undefined
}

/** What the work agent shall read from an object, so that it is known whether it runs as it is wanted; undefined for nothing. */
export const rolloutFeedback = (object: KubeObject): FeedbackRule | undefined => {
  const workload = workloadOf(object)
  return workload === undefined ? undefined : rules[workload]
}

/** The annotation that says which configurations are in what carries it; none where there are no configurations. */
export const configsAnnotation = (hashes: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.keys(hashes).length === 0 ? {} : { [configSpecHashAnnotation]: canonicalJson(hashes) }

/** The object, marked with its configurations if it is a workload. */
export const marked = (object: KubeObject, annotation: Readonly<Record<string, string>>): KubeObject =>
  workloadOf(object) === undefined
    ? object
    : {
        ...object,
        metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotation } }
      }

/** Whether each workload among the manifests runs, with no old pod beside, as its works deliver it with these configurations. */
export const isRolledOut = (
  manifests: ReadonlyArray<KubeObject>,
  works: ReadonlyArray<ManifestWork>,
  annotation: Readonly<Record<string, string>>
): boolean => {
  const seen = works.flatMap(feedbackIn)
  const configs = annotation[configSpecHashAnnotation]
  return manifests.every((object) => {
    const workload = workloadOf(object)
    if (workload === undefined) return true
    const { name, namespace = "" } = object.metadata
    return seen.some(
      (feedback) =>
        feedback.resource === workload &&
        feedback.namespace === namespace &&
        feedback.name === name &&
        runs(feedback, configs)
    )
  })
}

const runs = ({ values }: ObjectFeedback, configs: string | undefined): boolean => {
  const valueOf = (name: string) => values.find((value) => value.name === name)?.fieldValue
  // Kubernetes leaves out what is zero, but never these three
  if (["Generation", "ObservedGeneration", "Wanted"].some((name) => valueOf(name)?.integer === undefined)) return false
  const number = (name: string): number => valueOf(name)?.integer ?? 0
  const updated = number("Updated")
  return (
    valueOf("Configs")?.string === configs &&
    number("ObservedGeneration") >= number("Generation") &&
    updated >= number("Wanted") &&
    number("Pods") <= updated &&
    number("Running") >= updated
  )
}
