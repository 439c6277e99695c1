// Writes deploy/crds and what is made of it from the schemas, or with --check says whether they differ.
import { customResourceDefinitions } from "../packages/mesh-model/src/index.ts"
import { stringify } from "yaml"
import { readFileSync } from "node:fs"
import { withFields } from "./apiFields.ts"
import { writeGenerated } from "./writeGenerated.ts"

const header = "# Made from the schemas in packages/mesh-model by `npm run crds`; do not edit.\n"
const definitions = customResourceDefinitions().map((definition) => ({
  name: definition.metadata.name,
  text: stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 })
}))

for (const { name, text } of definitions) writeGenerated(`deploy/crds/${name}.yaml`, header + text, "npm run crds")
// kustomize reads nothing outside of its folder; the chart has a link
writeGenerated(
  "deploy/kustomize/base/crds.yaml",
  header + definitions.map(({ text }) => text).join("---\n"),
  "npm run crds"
)
const apiPage = readFileSync(new URL("../docs/api.md", import.meta.url), "utf8")
writeGenerated("docs/api.md", withFields(apiPage, customResourceDefinitions()), "npm run crds")
