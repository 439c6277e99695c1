import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import type { Arena, Fault } from "./Arena.ts"
import { type Dice, makeDice } from "./Dice.ts"
import { differences, madeAnew, type Picture, takePicture } from "./Picture.ts"
import { type Stage, stages } from "./stages.ts"

/** How the scenario goes when nothing goes wrong. */
export interface Reference {
  readonly pictures: ReadonlyMap<string, Picture>
  /** How long each stage took, until nothing was written any more. */
  readonly millis: ReadonlyMap<string, number>
}

/** One fault at one moment of one stage, and what came of it. */
export interface Cell {
  readonly seed: number
  readonly stage: string
  readonly fault: string
  readonly atMillis: number
  readonly tookMillis: number
  /** Empty when all is as without the fault. */
  readonly problems: ReadonlyArray<string>
}

/** Plays the scenario without faults, and remembers each stage's end. */
export const playUndisturbed = Effect.fnUntraced(function* (arena: Arena) {
  const pictures = new Map<string, Picture>()
  const millis = new Map<string, number>()
  for (const stage of stages) {
    const started = yield* Clock.currentTimeMillis
    yield* stage.act(arena.world.hub)
    yield* waitFor(arena, `${stage.name} without faults`, stage.done(arena.world))
    const restless = yield* restOf(arena)
    millis.set(stage.name, (yield* Clock.currentTimeMillis) - started - arena.quietMillis)
    if (restless.length > 0) yield* Effect.die(new Error(`no rest after ${stage.name}: ${restless.join("; ")}`))
    pictures.set(stage.name, yield* takePicture(arena.world))
  }
  const reference: Reference = { pictures, millis }
  return reference
})

/**
 * Plays the scenario, and in each stage strikes `faultOf(stage)` at a moment that `seed` chooses. After each stage the
 * world must be as it is without faults, made of the same objects; after the last change, and at the end, it must rest.
 */
export const play = Effect.fnUntraced(function* (
  arena: Arena,
  reference: Reference,
  seed: number,
  faultOf: (stage: Stage, index: number) => Fault,
  onCell: (cell: Cell) => Effect.Effect<void>
) {
  const { users, world } = arena
  const dice = makeDice(seed)
  const before = yield* insist(users.everything)
  const cells: Array<Cell> = []
  let last: Picture | undefined
  for (const [index, stage] of stages.entries()) {
    const fault = faultOf(stage, index)
    const atMillis = Math.round(dice.between(0, reference.millis.get(stage.name) ?? 0))
    const wanted = reference.pictures.get(stage.name)
    if (wanted === undefined) return yield* Effect.die(new Error(`no picture of ${stage.name}`))
    const started = yield* Clock.currentTimeMillis
    const striking = yield* Effect.forkChild(Effect.delay(strike(fault, dice), atMillis))
    yield* insist(stage.act(world.hub))
    const problems: Array<string> = [...(yield* Fiber.join(striking))]
    let seen: Picture | undefined
    const isAsWanted = Effect.map(takePicture(world), (picture) => {
      seen = picture
      return differences(wanted, picture).length === 0
    })
    yield* Effect.ignore(waitFor(arena, stage.name, isAsWanted))
    if (seen === undefined) problems.push("no API server answers any more")
    else {
      problems.push(...differences(wanted, seen))
      if (stage.keeps && last !== undefined) problems.push(...madeAnew(last, seen))
    }
    last = seen
    const tookMillis = (yield* Clock.currentTimeMillis) - started
    if (problems.length === 0 && stage.name !== "deploy" && stage.name !== "federate")
      problems.push(...(yield* restOf(arena)).map((write) => `no rest: ${write}`))
    if ((yield* insist(users.everything)) !== before) problems.push("the user's mesh was touched")
    problems.push(...(yield* arena.misdeeds))
    const cell: Cell = { seed, stage: stage.name, fault: fault.name, atMillis, tookMillis, problems }
    yield* onCell(cell)
    cells.push(cell)
    if (problems.length > 0) break
  }
  return cells
})

const strike = (fault: Fault, dice: Dice): Effect.Effect<ReadonlyArray<string>> =>
  Effect.match(fault.strike(dice), {
    onFailure: (error) => [`the fault itself failed: ${error.message}`],
    onSuccess: () => []
  })

/** Calls are repeated as a patient user would: the fault may strike them, too. */
const insist = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A> =>
  Effect.orDie(Effect.retry(call, Schedule.max([Schedule.spaced("200 millis"), Schedule.recurs(300)])))

const waitFor = <E extends Error>({ patienceMillis }: Arena, what: string, look: Effect.Effect<boolean, E>) =>
  Effect.gen(function* () {
    while (!(yield* look)) yield* Effect.sleep("100 millis")
  }).pipe(
    Effect.retry(Schedule.spaced("200 millis")),
    Effect.timeoutOrElse({
      duration: patienceMillis,
      orElse: () => Effect.fail(new Error(`waited in vain: ${what}`))
    })
  )

/** Waits until nobody has written anything for a while; what is still written when it takes too long. */
const restOf = Effect.fnUntraced(function* ({ countWrites, quietMillis }: Arena) {
  let written: ReadonlyArray<string> = []
  for (let tries = 0; tries < 12; tries += 1) {
    const since = yield* insist(countWrites)
    yield* Effect.sleep(quietMillis)
    written = yield* insist(since)
    if (written.length === 0) return []
  }
  return written
})
