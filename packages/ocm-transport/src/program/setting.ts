import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as CliError from "effect/cli/CliError"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** How the text of a setting is read. */
export interface Text<A> {
  readonly schema: Schema.ConstraintCodec<A, string>
  /** What is asked for, after "expected". */
  readonly expected: string
  /** Stands for a value in the help. */
  readonly metavar: string
}

export interface SettingOptions<A> {
  /** The flag, without dashes. */
  readonly name: string
  /** The environment variable, if it is not `MESH_` and the name of the flag. */
  readonly variable?: string
  readonly description: string
  readonly text: Text<A>
}

/** Where a value came from, as people write it, and what it was. */
interface Given {
  readonly by: string
  readonly value: string
}

/**
 * A flag that an environment variable may set as well; the flag wins, and an empty variable is none.
 *
 * Errors: one line with the flag or the variable, the value, and what was expected.
 */
export const setting = <A>(options: SettingOptions<A>): Flag.Flag<A> => {
  const { name, text } = options
  const variable = variableOf(options)
  return Flag.String(name).pipe(
    Flag.withMetavar(text.metavar),
    Flag.withDescription(`${options.description} [${variable}]`),
    Flag.map((value): Given => ({ by: `--${name}`, value })),
    Flag.withFallbackConfig(Config.map(Config.String(variable), (value): Given => ({ by: variable, value }))),
    Flag.mapEffect((given) =>
      given.by === variable && given.value === ""
        ? Effect.fail(new CliError.MissingOption({ option: name }))
        : Effect.mapError(Schema.decodeUnknownEffect(text.schema)(given.value), () => unexpected(given, text.expected))
    )
  )
}

/** The same for what must be set. */
export const requiredSetting = <A>(options: SettingOptions<A>): Flag.Flag<A> =>
  setting({ ...options, description: `${options.description}; required` }).pipe(
    Flag.optional,
    Flag.mapEffect(
      Option.match({
        onNone: () => Effect.fail(said(`set --${options.name} or ${variableOf(options)}`)),
        onSome: (value) => Effect.succeed(value)
      })
    )
  )

/** The same for what is on or off: `--name`, `--no-name`, or a word in the variable. */
export const switchSetting = (options: Omit<SettingOptions<boolean>, "text">): Flag.Flag<boolean> => {
  const variable = variableOf(options)
  return Flag.Boolean(options.name).pipe(
    Flag.withDescription(`${options.description} [${variable}]`),
    Flag.map((value): boolean | Given => value),
    Flag.withFallbackConfig(Config.map(Config.String(variable), (value): boolean | Given => ({ by: variable, value }))),
    Flag.mapEffect((given) => {
      if (typeof given === "boolean") return Effect.succeed(given)
      if (given.value === "") return Effect.fail(new CliError.MissingOption({ option: options.name }))
      const word = given.value.toLowerCase()
      if (yes.includes(word)) return Effect.succeed(true)
      return no.includes(word) ? Effect.succeed(false) : Effect.fail(unexpected(given, "true or false"))
    })
  )
}

const yes = ["true", "yes", "on", "1", "y"]
const no = ["false", "no", "off", "0", "n"]

const variableOf = ({ name, variable }: { readonly name: string; readonly variable?: string }): string =>
  variable ?? `MESH_${name.toUpperCase().replaceAll("-", "_")}`

const unexpected = ({ by, value }: Given, expected: string) =>
  said(`${by}=${JSON.stringify(value)}: expected ${expected}`)

const said = (userMessage: string) => new CliError.UserError({ cause: userMessage, userMessage })
