/** Chance that is the same for the same seed. */
export interface Dice {
  readonly between: (least: number, most: number) => number
  readonly one: <A>(list: ReadonlyArray<A>) => A
}

/** Mulberry32: small, and good enough to choose moments. */
export const makeDice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    between: (least, most) => least + next() * (most - least),
    one: (list) => {
      const chosen = list[Math.floor(next() * list.length)]
      if (chosen === undefined) throw new Error("nothing to choose from")
      return chosen
    }
  }
}
