import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { makeObjectStore, type ObjectStore } from "../store/ObjectStore.ts"
import type { AdmissionHook } from "./AdmissionHook.ts"
import type { Fault } from "./Fault.ts"
import { crdResource, type Kinds, makeKinds } from "./Kinds.ts"

/** An accepted write that changed something. */
export interface Write {
  readonly verb: "create" | "update" | "patch" | "apply" | "delete"
  readonly group: string
  /** The plural, for example `manifestworks`. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string
  readonly subresource: "status" | undefined
  readonly manager: string
  readonly userAgent: string | undefined
  /** `kube-sim` where clients need not say who they are. */
  readonly user: string
}

/** What all requests to one server share. */
export interface Server {
  readonly store: ObjectStore
  readonly kinds: Kinds
  readonly hooks: Set<AdmissionHook>
  readonly faults: Set<ArmedFault>
  readonly watches: Set<OpenWatch>
  readonly writes: Array<Write>
  readonly requests: Map<string, number>
  /** Deterministic: the same server makes the same ones in the same order. */
  readonly nextUid: () => string
  readonly nextSuffix: () => string
}

/** A fault that still strikes `left` times. */
export interface ArmedFault {
  readonly fault: Fault
  left: number
}

/** A watch that is being served. */
export interface OpenWatch {
  readonly group: string
  readonly resource: string
  readonly namespace: string | undefined
  readonly cut: () => void
  /** Nothing more is sent, and the watch does not end. */
  readonly silence: () => void
}

export const makeServer = (name: string, historySize: number): Server => {
  const store = makeObjectStore(historySize)
  let made = 0
  const digest = (): string => {
    made += 1
    return createHash("sha256").update(`${name}/${made}`).digest("hex")
  }
  const watches = new Set<OpenWatch>()
  const kinds = makeKinds(store)
  // nothing watches a kind that is not served any more
  store.collection(crdResource).subscribe(({ type, object }) => {
    if (type !== "DELETED") return
    for (const watch of watches) {
      if (`${watch.resource}.${watch.group}` === object.metadata.name) watch.cut()
    }
  })
  return {
    store,
    kinds,
    hooks: new Set(),
    faults: new Set(),
    watches,
    writes: [],
    requests: new Map(),
    nextUid: () => {
      const hex = digest()
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
    },
    nextSuffix: () =>
      digest()
        .slice(0, 5)
        .replaceAll(/./gu, (digit) => suffixLetters[Number.parseInt(digit, 16)] ?? digit)
  }
}

/** Of the letters that Kubernetes uses in generated names, one for each hexadecimal digit. */
const suffixLetters = "bcdfghjklmnpqrst"

/** The time as metadata carries it: RFC 3339 in UTC, to the second. */
export const now = Effect.map(Clock.currentTimeMillis, (millis) =>
  new Date(millis).toISOString().replace(/\.\d+Z$/u, "Z")
)
