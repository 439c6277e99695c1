import { canonicalJson, labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeError, KubeObject, ResourceType, Selection } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { ApiServer, World } from "../../src/World.ts"
import { listServed } from "../observing.ts"
import { lateMember } from "./stages.ts"

/** What there is on hub and clusters, without what differs between two runs in which nothing goes wrong. */
export interface Picture {
  /** Object by object; equal pictures have equal texts. */
  readonly objects: ReadonlyMap<string, string>
  /** The uids of our objects on the clusters: one with another uid was made anew. */
  readonly uids: ReadonlyMap<string, string>
}

const onHub: ReadonlyArray<ResourceType> = [
  resources.meshDeployments,
  resources.meshFederations,
  resources.meshes,
  resources.meshPeerings,
  resources.meshAgents,
  resources.manifestWorks
]

const marked: Selection = { labelSelector: labels.fleetLabel }
const userNamespaces = ["mesh-bookinfo", lateMember]

export const takePicture = Effect.fnUntraced(function* (
  world: World<ApiServer, unknown>
): Effect.fn.Return<Picture, KubeError> {
  const objects = new Map<string, string>()
  const uids = new Map<string, string>()
  const scrub = scrubber()
  const put = (server: string, object: KubeObject): string => {
    const { name, namespace } = object.metadata
    const key = `${server} ${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${scrub(name)}`
    objects.set(key, scrub(canonicalJson(withoutChance(object))))
    return key
  }
  for (const type of onHub) for (const object of (yield* world.hub.list(type)).items) put("hub", object)
  for (const { api, name } of world.clusters) {
    for (const type of resources.delivered)
      for (const object of yield* listServed(api, type, marked)) uids.set(put(name, object), object.metadata.uid ?? "")
    for (const object of yield* listServed(api, resources.appliedManifestWorks)) put(name, { ...object, spec: {} })
    for (const namespace of userNamespaces) {
      const ofUser = yield* api
        .get(resources.namespaces, { name: namespace })
        .pipe(Effect.catchReason("KubeError", "NotFound", () => Effect.undefined))
      if (ofUser !== undefined) put(name, ofUser)
      for (const service of yield* listServed(api, resources.services, { namespace })) put(name, service)
    }
  }
  return { objects, uids }
})

/** Fields that count or date what happened, and names of single incarnations. */
const chance = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "observedGeneration",
  "creationTimestamp",
  "deletionTimestamp",
  "lastTransitionTime",
  "lastUpdateTime",
  "managedFields",
  "since",
  "clusterIP",
  "clusterIPs",
  "nodePort"
])

const withoutChance = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutChance)
  if (!Predicate.isReadonlyObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => (chance.has(key) ? [] : [[key, withoutChance(field)]]))
  )
}

/** What two worlds, or two lives of a mesh, choose for themselves: addresses, roots, the fleet's name. */
const scrubber = () => {
  const patterns: ReadonlyArray<readonly [RegExp, string]> = [
    [/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----(\\n)?/gu, "<certificate>"],
    [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu, "<uid>"],
    [/\b[0-9a-f]{64}\b/gu, "<digest>"],
    [/\b([0-9A-Fa-f]{2}:){19,31}[0-9A-Fa-f]{2}\b/gu, "<fingerprint>"],
    [/\blb\d+\.[a-z0-9]+\.elb\.example\.com\b|\b\d+\.\d+\.\d+\.\d+\b/gu, "<address>"],
    [/-[0-9a-f]{9,10}-[0-9a-f]{5}\b/gu, "-<pod>"],
    [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/gu, "<time>"]
  ]
  return (text: string): string => patterns.reduce((rest, [pattern, by]) => rest.replaceAll(pattern, by), text)
}

/** What is other in `seen` than in `wanted`, a line an object. */
export const differences = (wanted: Picture, seen: Picture): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const key of new Set([...wanted.objects.keys(), ...seen.objects.keys()].sort())) {
    const [before, after] = [wanted.objects.get(key), seen.objects.get(key)]
    if (before === after) continue
    if (before === undefined) lines.push(`${key} is there, and should not be`)
    else if (after === undefined) lines.push(`${key} is missing`)
    else lines.push(`${key} differs: ${excerpt(before, after)}`)
  }
  return lines
}

const excerpt = (before: string, after: string): string => {
  let at = 0
  while (before[at] === after[at]) at += 1
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 120)
  return `…${around(before)}… but is …${around(after)}…`
}

/** Our objects that were in both pictures, but are not the same ones. */
export const madeAnew = (before: Picture, after: Picture): ReadonlyArray<string> =>
  [...before.uids].flatMap(([key, uid]) => {
    const now = after.uids.get(key)
    return now === undefined || now === uid ? [] : [`${key} was deleted and made anew`]
  })
