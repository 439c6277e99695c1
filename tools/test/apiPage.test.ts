import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { labels } from "../../packages/mesh-model/src/index.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const readAll = (pattern: string): ReadonlyArray<string> => globSync(pattern, { cwd: root }).map(read)

const page = read("docs/api.md")
const sectionOf = (heading: string): string =>
  page.split(/^## /mu).find((section) => section.startsWith(`${heading}\n`)) ?? ""

const allOf = (pattern: string, texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.flatMap((text) => [...text.matchAll(new RegExp(pattern, "gmu"))].map(([, found = ""]) => found))

/** The words that begin a row of a table. */
const rowsOf = (heading: string): ReadonlyArray<string> => allOf("^\\| `([A-Z][A-Za-z]+)` \\|", [sectionOf(heading)])

/** All conditions are made here, and most Events are made of conditions. */
const planner = globSync("packages/federation-planner/src/**/*.ts", { cwd: root })
  .filter((file) => !file.includes("/testing/"))
  .map(read)

const name = String.raw`"([A-Z][a-z]+(?:[A-Z][a-z]+)*)"`
const compound = String.raw`"([A-Z][a-z]+(?:[A-Z][a-z]+)+)"`
/** Before a word that is a tag, a kind, a type or the like. */
const noReason = String.raw`(?:_tag|kind|propagationPolicy|state|type): |type = |[!=]== |\| |case |[vV]erdict\(\s*`

const reasonsOf = (sources: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...allOf(`(?<!${noReason})${compound}`, sources),
  ...allOf(String.raw`\breason:\s*${name}`, sources),
  ...allOf(String.raw`(?:status|"True"|"False"|"Unknown"),\s*${name},`, sources),
  ...allOf(String.raw`\b(?:refuse|refused|refusal)\(\s*${name}`, sources)
]

describe("docs/api.md", () => {
  it("has every reason of a condition, and no other", () => {
    const said = new Set([
      ...reasonsOf(planner),
      ...allOf(
        String.raw`\breason: ([A-Z][A-Za-z]+)`,
        readAll("packages/federation-planner/test/testdata/*.golden.yaml")
      )
    ])
    // a compound word that is no reason belongs here, or behind one of the words above
    const others = ["ControlPlanes", "OperatorGroup", "Unknown"]
    // of a pair that is not federated, the reason may be the step that it is at
    const known = new Set([...rowsOf("Reasons"), ...rowsOf("MeshPeering"), ...others])
    expect([...said].filter((reason) => !known.has(reason)).toSorted()).toEqual([])
    const code = planner.join("\n")
    expect(rowsOf("Reasons").filter((reason) => !code.includes(`"${reason}"`))).toEqual([])
  })

  it("has the reason of every Event that is made of no condition", () => {
    const sources = readAll("{apps/hub-controller,packages/ocm-transport}/src/**/*.ts")
    const made = allOf(`type: "(?:Normal|Warning)", reason: ${name}`, sources)
    expect([...new Set(made)].toSorted()).toEqual(rowsOf("Events").toSorted())
  })

  it("has every condition", () => {
    const made = new Set(allOf(`(?:[vV]erdict\\(\\s*|const type = )${name}`, planner))
    const cells = sectionOf("Conditions").split(" | ")
    const documented = cells.flatMap((cell) => allOf("^`([A-Z][A-Za-z]+)`", cell.split(", ")))
    expect([...made].filter((type) => !documented.includes(type))).toEqual([])
    const code = planner.join("\n")
    expect(documented).toContain("RightReady")
    expect(documented.filter((type) => !code.includes(`"${type}"`))).toEqual([])
  })

  it("has every label and annotation of ours", () => {
    const keys = Object.values(labels).flatMap((value) => {
      const [, key] = /^mesh\.open-cluster-management\.io\/([a-z-]+)$/u.exec(String(value)) ?? []
      return key === undefined ? [] : [key]
    })
    expect(keys).toContain("accept-root")
    const section = sectionOf("Labels and annotations")
    expect(keys.filter((key) => !new RegExp(`\`${key}[\`=]`, "u").test(section))).toEqual([])
  })
})
