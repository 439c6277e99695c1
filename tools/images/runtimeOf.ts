import { readFileSync } from "node:fs"

/** How a program is started in its image. */
export interface Runtime {
  readonly entrypoint: ReadonlyArray<string>
  /** As `NAME=value`. */
  readonly env: ReadonlyArray<string>
}

/** Reads from the Dockerfile of a program how it is started, so that it is written down once. */
export const runtimeOf = (app: string): Runtime => {
  const file = new URL(`../../deploy/docker/${app}.Dockerfile`, import.meta.url)
  const lines = readFileSync(file, "utf8").split("\n")
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  const entrypoint: unknown = JSON.parse(of("ENTRYPOINT")[0] ?? "null")
  if (!Array.isArray(entrypoint)) throw new Error(`${file.pathname} has no ENTRYPOINT as a list`)
  return { entrypoint: entrypoint.map(String), env: of("ENV").flatMap((line) => line.split(" ")) }
}
