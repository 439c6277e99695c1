import {
  byText,
  canonicalJson,
  identityKey,
  identityOf,
  type ManagedClusterAddOn,
  type ManifestWork,
  manifestsOf,
  type ManifestWorkSpec,
  type ResourceIdentifier,
  resources
} from "@multicluster-mesh/mesh-model"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { KubeObject } from "../KubeApi.ts"
import type { AddOn, FeedbackRule } from "./AddOn.ts"
import { addOnNameLabel, configSpecHashAnnotation, deployWorkName, orphanAnnotation } from "./keys.ts"
import { byRank } from "./kindRank.ts"
import { ownedBy } from "./ownedBy.ts"
import { configsAnnotation, isRolledOut, marked, rolloutFeedback } from "./rollout.ts"

/** A manifest of an add-on is too large for a ManifestWork. */
export class ManifestTooLarge extends Schema.TaggedError<ManifestTooLarge>()("ManifestTooLarge", {
  manifest: Schema.String
}) {
  override get message() {
    return `${this.manifest} is larger than ${mostBytes / 1024} KiB, more than a ManifestWork takes`
  }
}

/** Of the 500 KiB that OCM's webhook allows. */
const mostBytes = 400 * 1024

export interface DeployInput {
  readonly addOn: ManagedClusterAddOn
  readonly installNamespace: string
  readonly manifests: ReadonlyArray<KubeObject>
  readonly hashes: Readonly<Record<string, string>>
  /** When OCM's rollout goes on with the next clusters. */
  readonly rolledOut: NonNullable<AddOn["rolledOut"]>
  /** What the work agent shall read from an object. */
  readonly feedback: (object: KubeObject) => ReadonlyArray<FeedbackRule> | undefined
  /** The deploy works of the cluster as they are. */
  readonly works: ReadonlyArray<ManifestWork>
}

/**
 * The works that deploy an add-on on one cluster.
 *
 * Sorted by what needs what. A manifest stays in the work that has it, for a work deletes what leaves it. The install
 * namespace outlives the works: other add-ons live in it.
 */
export const deployWorks = (input: DeployInput): Result.Result<ReadonlyArray<KubeObject>, ManifestTooLarge> => {
  const { addOn, hashes, rolledOut, works } = input
  const annotation = configsAnnotation(hashes)
  const waits = rolledOut === "Running"
  const wanted = waits ? input.manifests.map((object) => marked(object, annotation)) : input.manifests
  const feedback = waits ? withRollout(input.feedback) : input.feedback
  return Result.map(packed(byRank(wanted), input), (loads) => {
    const names = loads.map((_, index) => deployWorkName(addOn.metadata.name, index))
    const before = names.map((name) => configsIn(works.find(({ metadata }) => metadata.name === name)))
    // what has been there with these configurations stays so, whatever becomes of its pods
    const isDone =
      !waits ||
      before.every((configs) => canonicalJson(configs) === canonicalJson(annotation)) ||
      isRolledOut(wanted, works, annotation)
    return loads.flatMap((manifests, index) => {
      const name = names[index] ?? ""
      const annotations = isDone ? annotation : (before[index] ?? {})
      return manifests.length === 0 ? [] : [workOf({ ...input, feedback, annotations }, name, manifests)]
    })
  })
}

const withRollout =
  (feedback: DeployInput["feedback"]): DeployInput["feedback"] =>
  (object) => {
    const rule = rolloutFeedback(object)
    return rule === undefined ? feedback(object) : [...(feedback(object) ?? []), rule]
  }

/** The annotation that says which configurations a work has brought. */
const configsIn = (work: ManifestWork | undefined): Readonly<Record<string, string>> => {
  const configs = work?.metadata.annotations?.[configSpecHashAnnotation]
  return configs === undefined ? {} : { [configSpecHashAnnotation]: configs }
}

/** The work `name` of an add-on; it goes with the ManagedClusterAddOn. */
export const workOf = (
  input: Pick<DeployInput, "addOn" | "installNamespace" | "feedback"> & {
    readonly annotations?: Readonly<Record<string, string>>
  },
  name: string,
  manifests: ReadonlyArray<KubeObject>
): KubeObject => {
  const { addOn, annotations = {} } = input
  return {
    apiVersion: resources.apiVersionOf(resources.manifestWorks),
    kind: resources.manifestWorks.kind,
    metadata: {
      name,
      namespace: addOn.metadata.namespace ?? "",
      labels: { [addOnNameLabel]: addOn.metadata.name },
      ...(Object.keys(annotations).length > 0 && { annotations }),
      ownerReferences: [ownedBy(addOn)]
    },
    spec: specOf(input, manifests)
  }
}

const specOf = (
  { installNamespace, feedback }: Pick<DeployInput, "installNamespace" | "feedback">,
  manifests: ReadonlyArray<KubeObject>
): ManifestWorkSpec => {
  const orphans = manifests.filter((object) => isOrphaned(object, installNamespace)).map(identifierOf)
  const configs = manifests.flatMap((object) => {
    const rules = feedback(object)
    return rules === undefined ? [] : [{ resourceIdentifier: identifierOf(object), feedbackRules: rules }]
  })
  return {
    workload: { manifests },
    deleteOption:
      orphans.length === 0
        ? { propagationPolicy: "Foreground" }
        : { propagationPolicy: "SelectivelyOrphan", selectivelyOrphans: { orphaningRules: orphans } },
    ...(configs.length > 0 && { manifestConfigs: configs })
  }
}

const isOrphaned = ({ kind, metadata }: KubeObject, installNamespace: string): boolean =>
  (kind === "Namespace" && metadata.name === installNamespace) || metadata.annotations?.[orphanAnnotation] !== undefined

/** What a work calls an object. */
const identifierOf = ({ apiVersion, kind, metadata }: KubeObject): ResourceIdentifier => ({
  group: apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "",
  resource: pluralOf(kind, apiVersion),
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  name: metadata.name
})

/** The plural of a kind that we know, else by the rule that almost every kind follows. */
const pluralOf = (kind: string, apiVersion: string): string => {
  const known = Object.values(resources).find(
    (type) =>
      typeof type === "object" && "kind" in type && type.kind === kind && resources.apiVersionOf(type) === apiVersion
  )
  if (typeof known === "object" && "plural" in known) return known.plural
  const lower = kind.toLowerCase()
  if (/(?:s|x|z|ch|sh)$/u.test(lower)) return `${lower}es`
  return /[^aeiou]y$/u.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`
}

const packed = (
  manifests: ReadonlyArray<KubeObject>,
  { addOn, works }: Pick<DeployInput, "addOn" | "works">
): Result.Result<ReadonlyArray<ReadonlyArray<KubeObject>>, ManifestTooLarge> => {
  const before = placesIn(works, addOn.metadata.name)
  const loads: Array<{ bytes: number; readonly manifests: Array<KubeObject> }> = []
  const put = (object: KubeObject, bytes: number, index: number) => {
    while (loads.length <= index) loads.push({ bytes: 0, manifests: [] })
    const load = loads[index]
    if (load === undefined || load.bytes + bytes > mostBytes) return false
    load.bytes += bytes
    load.manifests.push(object)
    return true
  }
  const homeless: Array<readonly [KubeObject, number]> = []
  for (const object of manifests) {
    const bytes = Buffer.byteLength(JSON.stringify(object))
    if (bytes > mostBytes) {
      return Result.fail(new ManifestTooLarge({ manifest: `${object.kind} ${object.metadata.name}` }))
    }
    const home = before.get(identityKey(identityOf(object)))
    if (home === undefined || !put(object, bytes, home)) homeless.push([object, bytes])
  }
  for (const [object, bytes] of homeless) {
    for (let index = 0; !put(object, bytes, index); index += 1);
  }
  return Result.succeed(loads.map(({ manifests }) => byRank(manifests)))
}

/** In which work, by its number, each object is. */
const placesIn = (works: ReadonlyArray<ManifestWork>, addOn: string): ReadonlyMap<string, number> => {
  const prefix = deployWorkName(addOn, 0).slice(0, -1)
  return new Map(
    works
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined && metadata.name.startsWith(prefix))
      .toSorted((a, b) => byText(a.metadata.name, b.metadata.name))
      .flatMap((work) => {
        const index = Number(work.metadata.name.slice(prefix.length))
        return Number.isInteger(index) && index >= 0 && index < 100
          ? manifestsOf(work).map((object) => [identityKey(identityOf(object)), index] as const)
          : []
      })
  )
}
