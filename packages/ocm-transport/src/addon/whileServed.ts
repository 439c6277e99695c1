import { resources } from "@multicluster-mesh/mesh-model"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { KubeApi } from "../KubeApi.ts"
import type { KubeError } from "../KubeError.ts"
import type { Readiness } from "../Readiness.ts"
import { type AddOnApi, addOnApis, type AddOnApiVersion, addOnKinds } from "./AddOnApi.ts"

/** `auto`: v1alpha1 where the hub serves it, for every release of OCM stores that; else v1beta1. */
export type AddOnApiChoice = AddOnApiVersion | "auto"

const inOrder: { readonly [choice in AddOnApiChoice]: ReadonlyArray<AddOnApi> } = {
  v1alpha1: [addOnApis.v1alpha1],
  v1beta1: [addOnApis.v1beta1],
  auto: [addOnApis.v1alpha1, addOnApis.v1beta1]
}

type Discovery = Pick<KubeApi, "serves">

export interface WhileServedOptions<E, R> {
  /** The hub. */
  readonly api: Discovery
  readonly version: AddOnApiChoice
  readonly onReadiness: (readiness: Readiness) => Effect.Effect<void>
  readonly run: (addOnApi: AddOnApi) => Effect.Effect<never, E, R>
}

/**
 * Runs what speaks OCM's add-on API as soon as the hub serves it, and says until then what is missing. A hub that is
 * upgraded may stop to serve the version that was chosen: then it runs anew, with the other one. While the hub serves
 * none any more, nothing is known of that, and the run goes on.
 */
export const whileServed = <E, R>(options: WhileServedOptions<E, R>): Effect.Effect<never, E, Exclude<R, Scope>> => {
  const { api, onReadiness, run, version } = options
  const choices = inOrder[version]
  const once = Effect.gen(function* () {
    const chosen = yield* untilServed(api, choices, onReadiness)
    if (choices.length === 1) return yield* Effect.scoped(run(chosen))
    yield* Effect.logInfo(`speaks ${nameOf(chosen)} with the hub`)
    return yield* Effect.raceFirst(Effect.scoped(run(chosen)), untilReplaced(api, chosen, choices))
  })
  return Effect.forever(once)
}

const lookAgain = Duration.seconds(2)
/** An upgrade of OCM is rare, and takes longer. */
const lookWhetherReplaced = Duration.minutes(1)

const untilServed = Effect.fnUntraced(function* (
  api: Discovery,
  choices: ReadonlyArray<AddOnApi>,
  onReadiness: (readiness: Readiness) => Effect.Effect<void>
) {
  let said = ""
  while (true) {
    const looked = yield* Effect.result(look(api, choices))
    if (looked._tag === "Success" && looked.success.served !== undefined) return looked.success.served
    const message = looked._tag === "Success" ? looked.success.problem : looked.failure.message
    if (message !== said) {
      said = message
      yield* Effect.logWarning(message)
      yield* onReadiness({ ready: false, message })
    }
    yield* Effect.sleep(lookAgain)
  }
})

const untilReplaced = (api: Discovery, chosen: AddOnApi, choices: ReadonlyArray<AddOnApi>): Effect.Effect<void> =>
  Effect.all([missingIn(api, chosen), look(api, choices)]).pipe(
    // a hub that does not answer has replaced nothing
    Effect.match({
      onSuccess: ([missing, { served }]) => missing.length > 0 && served !== undefined,
      onFailure: () => false
    }),
    Effect.delay(lookWhetherReplaced),
    Effect.repeat({ until: (replaced) => replaced }),
    Effect.andThen(Effect.logWarning(`the hub serves ${nameOf(chosen)} no more: begins anew`))
  )

/** The first choice that is served whole; what the others lack. */
const look = Effect.fnUntraced(function* (api: Discovery, choices: ReadonlyArray<AddOnApi>) {
  const lacks: Array<string> = []
  for (const choice of choices) {
    const missing = yield* missingIn(api, choice)
    if (missing.length === 0) return { served: choice, problem: "" }
    lacks.push(`${nameOf(choice)} (lacks ${missing.join(", ")})`)
  }
  const problem = `the hub does not serve OCM's add-on API: ${lacks.join(", ")}. Is Open Cluster Management installed on it?`
  return { served: undefined, problem }
})

/** A version may be served for other kinds alone. */
const missingIn = (api: Discovery, addOnApi: AddOnApi): Effect.Effect<ReadonlyArray<string>, KubeError> =>
  Effect.map(api.serves(nameOf(addOnApi)), (kinds) =>
    addOnKinds.flatMap(({ plural }) => (kinds.some((kind) => kind.plural === plural) ? [] : [plural]))
  )

const nameOf = ({ typeOf }: AddOnApi): string => resources.apiVersionOf(typeOf(resources.managedClusterAddOns))
