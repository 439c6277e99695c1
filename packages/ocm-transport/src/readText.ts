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
        problem: cause instanceof Error ? cause.message : String(cause)
      })
  })

/** A token without the newline that editors leave behind it. */
export const readToken = (file: string, field?: string): Effect.Effect<string, KubeConfigError> =>
  Effect.flatMap(readText(file, field), (text) =>
    text.trim() === ""
      ? Effect.fail(new KubeConfigError({ file, ...(field !== undefined && { field }), problem: "the file is empty" }))
      : Effect.succeed(text.trim())
  )
