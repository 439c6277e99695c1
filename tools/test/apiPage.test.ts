import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { labels } from "../../packages/mesh-model/src/index.ts"

const root = join(import.meta.dirname, "../..")
const read = (file: string): string => readFileSync(join(root, file), "utf8")
const page = read("docs/api.md")

/** Where conditions and Events of our kinds are made. */
const sources = globSync("{packages/federation-planner,apps/hub-controller}/src/**/*.ts", { cwd: root })
  .filter((file) => !file.includes("/testing/"))
  .map(read)
/** It makes Events for any add-on; its conditions are OCM's. */
const framework = globSync("packages/ocm-transport/src/addon/*.ts", { cwd: root }).map(read)

const name = String.raw`"([A-Z][a-z]+(?:[A-Z][a-z]+)*)"`
const status = '(?:status|"True"|"False"|"Unknown")'

/** The ways in which the code says a reason, and of the golden files that of YAML. */
const waysToSay = [
  String.raw`\breason:[^,;{}()]*?${name}`,
  String.raw`\breason:[^,;{}()]*?\?[^,;{}()]*?:\s*${name}`,
  String.raw`${status},\s*${name},`,
  String.raw`${name},\s*(?:message:\s*)?(?:\x60|"[^"]* [^"]*")`,
  String.raw`\b(?:refuse|refused|refusal|no|notReady)\(\s*${name}`
]

const allOf = (pattern: string, texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.flatMap((text) => [...text.matchAll(new RegExp(pattern, "gu"))].map(([, found = ""]) => found))

const sectionOf = (heading: string): string =>
  page.split(/^## /mu).find((section) => section.startsWith(`${heading}\n`)) ?? ""

/** The words that begin a row of a table. */
const documented = (heading: string): ReadonlySet<string> =>
  new Set(allOf("^\\| `([A-Z][A-Za-z]+)` \\|", sectionOf(heading).split("\n")))

/** What the code says in the same way and is no reason. */
const noReasons = ["Changed", "Refused", "Unknown"]

it("every reason that the code says is on the page, and no other", () => {
  const goldenFiles = globSync("packages/federation-planner/test/testdata/*.golden.yaml", { cwd: root })
  const said = new Set([
    ...waysToSay.flatMap((pattern) => allOf(pattern, sources)),
    ...allOf(`"Warning", reason: ${name}`, framework),
    ...allOf(String.raw`\breason: ([A-Z][A-Za-z]+)`, goldenFiles.map(read))
  ])
  const steps = documented("MeshPeering")
  const known = new Set([...documented("Reasons"), ...steps, ...documented("Events"), ...noReasons])
  expect([...said].filter((reason) => !known.has(reason)).toSorted()).toEqual([])
  const code = sources.join("\n")
  expect([...documented("Reasons")].filter((reason) => !code.includes(`"${reason}"`))).toEqual([])
})

it("every label and annotation of ours is on the page", () => {
  const keys = Object.values(labels).flatMap((value) => {
    const [, key] = /^mesh\.open-cluster-management\.io\/([a-z-]+)$/u.exec(String(value)) ?? []
    return key === undefined ? [] : [key]
  })
  expect(keys).toContain("accept-root")
  const section = sectionOf("Labels and annotations")
  expect(keys.filter((key) => !new RegExp(`\`${key}[\`=]`, "u").test(section))).toEqual([])
})
