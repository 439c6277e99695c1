import * as Effect from "effect/Effect"

/** The operators that run: those whose ClusterServiceVersion (CSV) has Succeeded. */
export interface RunningOperators {
  /** Their packages. */
  readonly packages: () => ReadonlySet<string>
  readonly add: (csv: string) => Effect.Effect<void>
  /** `csvs` are all that there are in the namespace: what ran there and is not among them has ceased to. */
  readonly keepOnly: (namespace: string, csvs: ReadonlyArray<string>) => Effect.Effect<void>
}

/** `onChange` hears of each operator that has begun or ceased to run. */
export const makeRunningOperators = (onChange: Effect.Effect<void>): RunningOperators => {
  const running = new Set<string>()
  /** The namespace in which a CSV was seen last. */
  const seenIn = new Map<string, string>()
  return {
    packages: () => new Set([...running].map(packageOf)),
    add: (csv) =>
      Effect.suspend(() => {
        if (running.has(csv)) return Effect.void
        running.add(csv)
        return onChange
      }),
    keepOnly: Effect.fnUntraced(function* (namespace, csvs) {
      for (const csv of running) {
        if (seenIn.get(csv) !== namespace || csvs.includes(csv)) continue
        running.delete(csv)
        yield* onChange
      }
      for (const csv of csvs) seenIn.set(csv, namespace)
    })
  }
}

/** The package of a CSV `<package>.v<version>`. */
export const packageOf = (csv: string): string => csv.slice(0, csv.indexOf("."))
