/** A metric as `/metrics` shows it. */
export interface Family {
  readonly name: string
  readonly type: "counter" | "gauge" | "histogram"
  /** Values by label, of all its series; `le` of a histogram is left out. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

/** Reads Prometheus' text format as far as our own metrics use it; what it cannot read is an error. */
export const readExposition = (text: string): ReadonlyArray<Family> => {
  const families = new Map<string, { readonly type: Family["type"]; readonly labels: Map<string, Set<string>> }>()
  for (const line of text.split("\n")) {
    const declared = /^# TYPE (\w+) (\w+)$/u.exec(line)
    if (declared !== null) families.set(declared[1] ?? "", { type: typeOf(declared[2]), labels: new Map() })
    if (line === "" || line.startsWith("#")) continue
    const [, series = "", inBraces = ""] = /^(\w+)(?:\{(.*)\})? \S+$/u.exec(line) ?? refuse(line)
    const family = families.get(series) ?? families.get(series.replace(/_(?:bucket|sum|count)$/u, "")) ?? refuse(line)
    for (const [, label = "", value = ""] of inBraces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/gu)) {
      if (label === "le") continue
      family.labels.set(label, (family.labels.get(label) ?? new Set()).add(value))
    }
  }
  return [...families].map(([name, family]) => ({ name, ...family }))
}

const typeOf = (text: string | undefined): Family["type"] =>
  text === "counter" || text === "gauge" || text === "histogram" ? text : refuse(`type ${text}`)

const refuse = (what: string): never => {
  throw new Error(`not read: ${what}`)
}
