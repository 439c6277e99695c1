import type { KubeObject, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { apiError, type ApiError } from "./ApiError.ts"

/** A write on its way into the store, as an admission webhook sees it. */
export interface AdmissionReview {
  readonly operation: "CREATE" | "UPDATE" | "DELETE"
  readonly type: ResourceType
  readonly subresource: "status" | undefined
  readonly namespace: string | undefined
  readonly name: string
  /** Absent on DELETE. */
  readonly object: KubeObject | undefined
  /** Absent on CREATE. */
  readonly oldObject: KubeObject | undefined
  readonly dryRun: boolean
  readonly manager: string
  /** The name of who asks. */
  readonly user: string
}

export interface AdmissionDenial {
  readonly message: string
  /** 403 when absent. */
  readonly code?: number
  /** `Forbidden` when absent. */
  readonly reason?: string
}

/** Stands for a webhook of the cluster. */
export interface AdmissionHook {
  /** Named in the answer: `admission webhook "<name>" denied the request: …`. */
  readonly name: string
  readonly matches: (review: AdmissionReview) => boolean
  /** The object to store instead; before validation. */
  readonly mutate?: (review: AdmissionReview & { readonly object: KubeObject }) => Effect.Effect<KubeObject>
  /** A refusal, or undefined; after validation, with the object as it would be stored. */
  readonly validate?: (review: AdmissionReview) => Effect.Effect<AdmissionDenial | undefined>
}

/** The object after all mutating hooks. */
export const mutated = Effect.fnUntraced(function* (
  hooks: Iterable<AdmissionHook>,
  review: AdmissionReview & { readonly object: KubeObject }
) {
  let object = review.object
  for (const hook of hooks) {
    if (hook.mutate !== undefined && hook.matches({ ...review, object })) {
      object = yield* hook.mutate({ ...review, object })
    }
  }
  return object
})

/** Fails with the first hook that refuses. */
export const admitted = Effect.fnUntraced(function* (hooks: Iterable<AdmissionHook>, review: AdmissionReview) {
  for (const hook of hooks) {
    if (hook.validate === undefined || !hook.matches(review)) continue
    const denial = yield* hook.validate(review)
    if (denial !== undefined) yield* denied(hook.name, denial)
  }
})

const denied = (hook: string, denial: AdmissionDenial): ApiError =>
  apiError(
    denial.code ?? 403,
    denial.reason ?? "Forbidden",
    `admission webhook ${JSON.stringify(hook)} denied the request: ${denial.message}`
  )
