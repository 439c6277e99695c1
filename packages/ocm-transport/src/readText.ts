import * as Effect from "effect/Effect"
import { readFile } from "node:fs/promises"
import { KubeConfigError } from "./KubeConfigError.ts"

/** The text of a file that a connection needs; `field` is the place that names the file. */
export const readText = (file: string, field?: string): Effect.Effect<string, KubeConfigError> =>
  Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: (cause) =>
      new KubeConfigError({
        file,
        ...(field !== undefined && { field }),
        problem: problemOf(cause)
      })
  })

/** What Node says of a file without its name, which the error has already. */
const problemOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  if ("code" in cause && cause.code === "ENOENT") return "there is no such file"
  return cause.message.replace(/, [a-z]+(?: '.*')?$/u, "")
}

/** A token without the newline that editors leave behind it. */
export const readToken = (file: string, field?: string): Effect.Effect<string, KubeConfigError> =>
  Effect.flatMap(readText(file, field), (text) =>
    text.trim() === ""
      ? Effect.fail(new KubeConfigError({ file, ...(field !== undefined && { field }), problem: "the file is empty" }))
      : Effect.succeed(text.trim())
  )
