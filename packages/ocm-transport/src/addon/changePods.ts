import * as Predicate from "effect/Predicate"
import type { KubeObject } from "../KubeApi.ts"
import { type Fields, fieldsOf, listOf } from "./fields.ts"

const workloads: Readonly<Record<string, string>> = {
  Deployment: "deployments",
  DaemonSet: "daemonsets",
  StatefulSet: "statefulsets",
  Job: "jobs"
}

/** Changes the pod of each workload among `objects`; `workload` is its plural and name. */
export const changePods = (
  objects: ReadonlyArray<KubeObject>,
  change: (pod: Fields, workload: string, object: KubeObject) => Fields
): ReadonlyArray<KubeObject> =>
  objects.map((object) => {
    const plural = workloads[object.kind]
    if (plural === undefined) return object
    const spec = fieldsOf(object["spec"])
    const template = fieldsOf(spec["template"])
    const pod = change(fieldsOf(template["spec"]), `${plural}:${object.metadata.name}`, object)
    return { ...object, spec: { ...spec, template: { ...template, spec: pod } } }
  })

/** Changes each container of a pod, those that run first too. */
export const changeContainers = (pod: Fields, change: (container: Fields) => Fields): Fields => {
  const changed = (field: "containers" | "initContainers"): Fields =>
    Array.isArray(pod[field])
      ? {
          [field]: listOf(pod[field]).map((container) =>
            Predicate.isReadonlyObject(container) ? change(container) : container
          )
        }
      : {}
  return { ...pod, ...changed("initContainers"), ...changed("containers") }
}

/** A list with `entries`, in place of those of the same name. */
export const withNamed = (
  list: unknown,
  entries: ReadonlyArray<Fields & { readonly name: string }>
): ReadonlyArray<unknown> => {
  const names = new Set(entries.map(({ name }) => name))
  const others = listOf(list).filter((entry) => !names.has(String(fieldsOf(entry)["name"])))
  return [...others, ...entries]
}
