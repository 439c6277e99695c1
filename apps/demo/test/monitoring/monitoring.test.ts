import { labels } from "@multicluster-mesh/mesh-model"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { metricsOfBusyHub } from "./busyHub.ts"
import type { Family } from "./Exposition.ts"
import { readPromql } from "./promql.ts"

const root = new URL("../../../../", import.meta.url)
const textOf = (path: string) => readFileSync(new URL(path, root), "utf8")
const files = "deploy/helm/multicluster-mesh-addon/files"

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string }
}
interface Panel {
  readonly title: string
  readonly targets: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

const rules: ReadonlyArray<Rule> = parse(textOf(`${files}/alerts.yaml`)).groups.flatMap(
  (group: { readonly rules: ReadonlyArray<Rule> }) => group.rules
)
const panels: ReadonlyArray<Panel> = JSON.parse(textOf(`${files}/dashboard.json`)).panels
const headings = textOf("docs/troubleshooting.md")
  .split("\n")
  .filter((line) => line.startsWith("## "))
  .map((line) => line.slice(3).toLowerCase())

/** Labels by metric, as the table in docs/monitoring.md has them. */
const documented = new Map(
  [...textOf("docs/monitoring.md").matchAll(/^\| `(\w+)` \| ([^|]*)\|/gmu)].map(([, name = "", labels = ""]) => [
    name,
    labels
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== "")
      .sort()
  ])
)

/** The metrics of a hub controller and its agents that have had some trouble. */
let families: ReadonlyArray<Family> = []

beforeAll(async () => {
  families = await Effect.runPromise(Effect.provide(metricsOfBusyHub(missing), Logger.layer([])))
}, 100_000)

/** What a hub controller in trouble must have counted before its metrics are worth a look. */
const missing = (shown: ReadonlyArray<Family>): ReadonlyArray<string> => {
  const troubles = [
    ["mesh_addon_reconcile_total", "result", "failed"],
    ["mesh_addon_reconcile_total", "loop", "write"],
    ["mesh_addon_reconcile_total", "loop", `ManagedClusterAddOn of add-on ${labels.addonName}`],
    ["mesh_addon_hub_writes_total", "result", "failed"],
    ["mesh_addon_hub_writes_total", "kind", "ManifestWork"],
    ["mesh_addon_hub_writes_total", "result", "written"],
    ["mesh_addon_api_requests_total", "code", "403"]
  ] as const
  return [
    ...[...documented.keys()].filter((name) => shown.every((family) => family.name !== name)),
    ...troubles.flatMap(([name, label, value]) =>
      shown.some((family) => family.name === name && family.labels.get(label)?.has(value))
        ? []
        : [`${name} ${label} ${value}`]
    )
  ]
}

it("the documentation names the metrics that there are, with their labels, and no others", () => {
  const shown = families.filter(({ name }) => name.startsWith("mesh_addon_"))
  expect(documented).toEqual(new Map(shown.map(({ name, labels }) => [name, [...labels.keys()].sort()])))
})

describe("alerts and dashboard", () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s asks for what /metrics has, and speaks of labels that the answer has",
    (_, { annotations, expr }) => {
      const { labels, metrics, problems } = readPromql(expr, families)
      expect(problems).toEqual([])
      expect(metrics).not.toEqual([])
      const spoken = Object.values(annotations)
        .join("\n")
        .matchAll(/\$labels\.(\w+)/gu)
      expect([...labels]).toEqual(expect.arrayContaining([...spoken].map(([, label]) => label)))
    }
  )

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    "panel %s shows what /metrics has, under labels that the answer has",
    (_, { targets }) => {
      expect(targets).not.toEqual([])
      for (const { expr, legendFormat } of targets) {
        const { labels, metrics, problems } = readPromql(expr, families)
        expect(problems).toEqual([])
        expect(metrics).not.toEqual([])
        const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/gu)].map(([, label = ""]) => label)
        expect(new Set(legend)).toEqual(labels)
      }
    }
  )

  it("sends whoever is alerted to a part of the documentation that there is", () => {
    const lost = rules.filter(({ annotations }) => {
      const [document, heading = ""] = annotations.runbook.split(": ")
      return document !== "docs/troubleshooting.md" || !headings.includes(heading)
    })
    expect(lost).toEqual([])
  })
})

describe("an expression that asks for what is not there", () => {
  const runs: Family = { name: "runs_total", type: "counter", labels: new Map([["loop", new Set(["a"])]]) }
  const depth: Family = { name: "depth", type: "gauge", labels: new Map() }
  const time: Family = { name: "time", type: "histogram", labels: new Map() }

  it.each([
    ["sum by (loop (rate(runs_total[5m])))", /^syntax/u],
    ["sum(rate(runs[5m]))", /^there is no runs$/u],
    ["sum(rate(time[5m]))", /^there is no time$/u],
    ["sum by (key) (rate(runs_total[5m]))", /^nothing has the label key/u],
    ["sum by (loop) (sum(rate(runs_total[5m])))", /^nothing has the label loop/u],
    ['rate(runs_total{key="a"}[5m])', /^runs_total has no label key$/u],
    ['rate(runs_total{loop=~"b|c"}[5m])', /^runs_total has no loop that is b\|c$/u],
    ["rate(runs_total)", /^rate wants a range/u],
    ["rate(depth[5m])", /^rate of a gauge/u],
    ["histogram_quantile(0.9, sum(rate(time_bucket[5m])))", /^no label le is left/u],
    ["rate(runs_total[5m]) and depth", /^both sides must have the same labels/u]
  ])("%s is named", (expression, problem) => {
    expect(readPromql(expression, [runs, depth, time]).problems).toEqual([expect.stringMatching(problem)])
  })
})
