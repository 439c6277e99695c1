import { globSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"

const root = new URL("../../", import.meta.url).pathname
const files = `${root}deploy/helm/multicluster-mesh-addon/files`
const code = globSync(`${root}{packages,apps}/*/src/**/*.ts`).map((file) => readFileSync(file, "utf8"))

/** Metrics by name, with the series that Prometheus makes of each. */
const inCode = new Set(
  code.flatMap((text) =>
    [...text.matchAll(/Metric\.(\w+)\(\s*"(mesh_addon_\w+)"/gu)].flatMap(([, kind, name]) =>
      kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
    )
  )
)
const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name = ""]) => name)
const named = (expression: string): ReadonlyArray<string> => expression.match(/mesh_addon_\w+/gu) ?? []

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string }
}
interface Panel {
  readonly title: string
  readonly targets: ReadonlyArray<{ readonly expr: string }>
}

const rules: ReadonlyArray<Rule> = parse(readFileSync(`${files}/alerts.yaml`, "utf8")).groups.flatMap(
  (group: { readonly rules: ReadonlyArray<Rule> }) => group.rules
)
const panels: ReadonlyArray<Panel> = JSON.parse(readFileSync(`${files}/dashboard.json`, "utf8")).panels
const headings = readFileSync(`${root}docs/troubleshooting.md`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("## "))
  .map((line) => line.slice(3).toLowerCase())

it("the documentation names the metrics that there are, and no others", () => {
  const declared = code.flatMap((text) => namesIn(text, /Metric\.\w+\(\s*"(mesh_addon_\w+)"/gu))
  const documented = namesIn(readFileSync(`${root}docs/monitoring.md`, "utf8"), /^\| `(\w+)`/gmu)
  expect(new Set(documented)).toEqual(new Set(declared))
})

describe("alerts and dashboard", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))("%s asks for metrics that there are", (_, { expr }) => {
    expect(named(expr).length).toBeGreaterThan(0)
    expect(named(expr).filter((name) => !inCode.has(name))).toEqual([])
  })

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "panel %s shows metrics that there are",
    (_, { targets }) => {
      const names = targets.flatMap(({ expr }) => named(expr))
      expect(names.length).toBeGreaterThan(0)
      expect(names.filter((name) => !inCode.has(name))).toEqual([])
    }
  )

  it("sends whoever is alerted to a part of the documentation that there is", () => {
    const missing = rules.filter(({ annotations }) => {
      const [document, heading = ""] = annotations.runbook.split(": ")
      return document !== "docs/troubleshooting.md" || !headings.includes(heading)
    })
    expect(missing).toEqual([])
  })
})
