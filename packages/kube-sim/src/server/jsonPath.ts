import { isJsonArray, isJsonObject } from "../schema/json.ts"

type Step = (values: ReadonlyArray<unknown>) => ReadonlyArray<unknown>

const compiled = new Map<string, ReadonlyArray<Step>>()

/**
 * The values at a JSONPath of a printer column: fields, `['field']`, several as `['one','other']`, indexes, `*`, and filters such as
 * `[?(@.type=="Ready")]`.
 */
export const valuesAt = (path: string, object: unknown): ReadonlyArray<unknown> => {
  const known = compiled.get(path)
  const steps = known ?? stepsOf(path)
  if (known === undefined) compiled.set(path, steps)
  return steps.reduce<ReadonlyArray<unknown>>((values, step) => step(values), [object])
}

const token =
  /\.?\*|\.([^.[\]*]+)|\[(\*|-?\d+)\]|\['([^\]]+)'\]|\[\?\(@\.([^=!)\s]+)\s*(==|!=)\s*["']([^"']*)["']\)\]/uy

const stepsOf = (path: string): ReadonlyArray<Step> => {
  // `\.` is a dot within a field name, as in labels
  const text = (path.startsWith(".") || path.startsWith("[") ? path : `.${path}`).replaceAll("\\.", "\u0000")
  const steps: Array<Step> = []
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const match = token.exec(text)
    if (match === null) return [() => []]
    const [whole, field, index, quoted, key, operator, wanted] = match
    const name = (field ?? quoted)?.replaceAll("\u0000", ".")
    if (name !== undefined) steps.push(fieldsStep(name.split("','")))
    else if (key !== undefined) steps.push(filterStep(key, operator === "!=", wanted ?? ""))
    else if (index !== undefined && index !== "*") steps.push(indexStep(Number(index)))
    else if (whole.includes("*")) steps.push((values) => values.flatMap(childrenOf))
  }
  return steps
}

const fieldsStep =
  (names: ReadonlyArray<string>): Step =>
  (values) =>
    names.flatMap((name) =>
      values.flatMap((value) => (isJsonObject(value) && value[name] !== undefined ? [value[name]] : []))
    )

const indexStep =
  (index: number): Step =>
  (values) =>
    values.flatMap((value) => (isJsonArray(value) && value.at(index) !== undefined ? [value.at(index)] : []))

const filterStep =
  (key: string, not: boolean, wanted: string): Step =>
  (values) =>
    values.flatMap(childrenOf).filter((item) => {
      const [found] = valuesAt(`.${key}`, item)
      return (String(found) === wanted) !== not
    })

const childrenOf = (value: unknown): ReadonlyArray<unknown> =>
  isJsonArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
