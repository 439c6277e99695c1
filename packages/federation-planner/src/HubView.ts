import { byKey, labels, type ManifestWork, type Mesh, type MeshPeering } from "@multicluster-mesh/mesh-model"
import { makeAskedFacts } from "./AskedFacts.ts"
import type { CertificateAnswer, ClusterFacts, FoundControlPlane, HubState } from "./HubState.ts"
import { isSameList, isSameMap, isSameSet } from "./isSame.ts"
import { makeKeyedFacts } from "./KeyedFacts.ts"
import { noteRead, type Source, tellReaders } from "./Reads.ts"
import { foreignRecords, keyOfRecord, withOwnRecords } from "./removalRecords.ts"

/**
 * A state as the planner reads it: field by field or by key, and each read is noted. It moves from state to state. A
 * record of removal that this hub did not write is not in it.
 */
export interface HubView extends HubState {
  readonly cluster: (name: string) => ClusterFacts | undefined
  /** The control planes that were found on a cluster, sorted. */
  readonly foundOn: (cluster: string) => ReadonlyArray<FoundControlPlane>
  /** The Meshes in the namespace of a cluster, sorted by name. */
  readonly meshesOn: (cluster: string) => ReadonlyArray<Mesh>
  /** The works with the mark of a unit's hash, sorted by name. */
  readonly worksOf: (cluster: string, unit: string) => ReadonlyArray<ManifestWork>
  /** The works of the fleet on a cluster, sorted by name. */
  readonly worksOn: (cluster: string) => ReadonlyArray<ManifestWork>
  /** The hashes of all units of which there are works. */
  readonly unitsWithWorks: () => ReadonlySet<string>
  /** Whether somebody else has written a record of removal on a Mesh or MeshPeering. */
  readonly hasForeignRecord: (object: Mesh | MeshPeering) => boolean
  readonly certificate: (pem: string) => CertificateAnswer | undefined
  /** Whether a time, RFC 3339, is not ahead any more: who reads that does not mind `now` until then. */
  readonly hasPassed: (time: string) => boolean
  /** Makes this the view of another state: who has read what is different in it is told. */
  readonly moveTo: (state: HubState) => void
}

const fields: ReadonlyArray<keyof HubState> = [
  "fleetId",
  "addonNamespace",
  "now",
  "clusters",
  "meshes",
  "deployments",
  "federations",
  "peerings",
  "works",
  "found",
  "certificates",
  "malformed"
]

const views = new WeakMap<HubState, HubView>()

/** The view of a state; one that was not made from a view has one of its own. */
export const viewOf = (state: HubState): HubView => {
  const known = views.get(state)
  if (known !== undefined) return known
  const view = makeView(state)
  views.set(state, view)
  return view
}

/** Makes a view, at first of `first`. */
export const makeView = (first: HubState): HubView => {
  let foreign = foreignRecords(first)
  let state = withOwnRecords(first, foreign)
  const sources = new Map<keyof HubState, Source>(fields.map((field) => [field, { readers: undefined }]))
  const read = <Field extends keyof HubState>(field: Field): HubState[Field] => {
    const source = sources.get(field)
    if (source !== undefined) noteRead(source)
    return state[field]
  }
  const clusters = makeKeyedFacts<ClusterFacts>(
    ({ name }) => name,
    byKey(({ name }) => name)
  )
  const found = makeKeyedFacts<FoundControlPlane>(
    ({ cluster }) => cluster,
    byKey(({ report }) => `${report.namespace}/${report.name}`)
  )
  const meshes = makeKeyedFacts<Mesh>(namespaceOf, byName)
  const worksByCluster = makeKeyedFacts<ManifestWork>(namespaceOf, byName)
  const worksByUnit = makeKeyedFacts<ManifestWork>(placeOf, byName)
  const units = makeKeyedFacts<ManifestWork>(unitOf, byName)
  const certificates = makeAskedFacts((pem) => state.certificates.get(pem))
  const records = makeAskedFacts((key) => foreign.has(key))
  const times = makeAskedFacts((time) => timeOf(time) <= timeOf(state.now))

  const index = (): void => {
    clusters.moveTo(state.clusters)
    found.moveTo(state.found)
    meshes.moveTo(state.meshes)
    worksByCluster.moveTo(state.works)
    worksByUnit.moveTo(state.works)
    units.moveTo(state.works)
  }
  index()

  const view: HubView = {
    get fleetId() {
      return read("fleetId")
    },
    get addonNamespace() {
      return read("addonNamespace")
    },
    get now() {
      return read("now")
    },
    get clusters() {
      return read("clusters")
    },
    get meshes() {
      return read("meshes")
    },
    get deployments() {
      return read("deployments")
    },
    get federations() {
      return read("federations")
    },
    get peerings() {
      return read("peerings")
    },
    get works() {
      return read("works")
    },
    get found() {
      return read("found")
    },
    get certificates() {
      return read("certificates")
    },
    get malformed() {
      return read("malformed")
    },
    cluster: (name) => clusters.of(name).at(-1),
    foundOn: found.of,
    meshesOn: meshes.of,
    worksOn: worksByCluster.of,
    worksOf: (cluster, unit) => worksByUnit.of(place(view.fleetId, cluster, unit)),
    unitsWithWorks: units.keys,
    hasForeignRecord: (object) => records.ask(keyOfRecord(object)),
    certificate: certificates.ask,
    hasPassed: times.ask,
    moveTo: (next) => {
      const before = state
      const foreignBefore = foreign
      foreign = foreignRecords(next)
      state = keepLists(before, withOwnRecords(next, foreign))
      index()
      if (!isSameSet(foreign, foreignBefore)) records.askAgain()
      if (state.certificates !== before.certificates) certificates.askAgain()
      if (state.now !== before.now) times.askAgain()
      for (const [field, source] of sources) if (state[field] !== before[field]) tellReaders(source)
    }
  }
  views.set(view, view)
  return view
}

/** `next` with the lists of `before` where they hold the very same items. */
const keepLists = (before: HubState, next: HubState): HubState => ({
  fleetId: next.fleetId,
  addonNamespace: next.addonNamespace,
  now: next.now,
  clusters: keep(before.clusters, next.clusters),
  meshes: keep(before.meshes, next.meshes),
  deployments: keep(before.deployments, next.deployments),
  federations: keep(before.federations, next.federations),
  peerings: keep(before.peerings, next.peerings),
  works: keep(before.works, next.works),
  found: keep(before.found, next.found),
  certificates: isSameMap(before.certificates, next.certificates) ? before.certificates : next.certificates,
  malformed: keep(before.malformed, next.malformed)
})

const keep = <A extends ReadonlyArray<unknown>>(one: A, other: A): A => (isSameList(one, other) ? one : other)

const namespaceOf = ({ metadata }: Mesh | ManifestWork): string | undefined => metadata.namespace

const byName = byKey(({ metadata }: Mesh | ManifestWork) => metadata.name)

const unitOf = ({ metadata }: ManifestWork): string | undefined => metadata.labels?.[labels.unitLabel]

const placeOf = (work: ManifestWork): string =>
  place(work.metadata.labels?.[labels.fleetLabel], work.metadata.namespace, unitOf(work))

/** None of the three has a blank in it. */
const place = (fleetId: string | undefined, cluster: string | undefined, unit: string | undefined): string =>
  `${fleetId} ${cluster} ${unit}`

/** Times are asked for again and again, and reading them takes long. */
const timeOf = (time: string): number => {
  const known = parsed.get(time)
  if (known !== undefined) return known
  if (parsed.size >= maxParsed) parsed.clear()
  const value = Date.parse(time)
  parsed.set(time, value)
  return value
}

const parsed = new Map<string, number>()
const maxParsed = 50_000
