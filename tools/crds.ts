// Writes deploy/crds from the schemas, or with --check says whether they differ.
import { readFileSync, writeFileSync } from "node:fs"
import { customResourceDefinitions } from "../packages/mesh-model/src/index.ts"
import { stringify } from "yaml"

const check = process.argv.includes("--check")
const folder = new URL("../deploy/crds/", import.meta.url)
const read = (file: URL): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

for (const definition of customResourceDefinitions()) {
  const file = new URL(`${definition.metadata.name}.yaml`, folder)
  const text = `# Made from the schemas in packages/mesh-model by \`npm run crds\`; do not edit.\n${stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 })}`
  if (read(file) === text) continue
  if (check) {
    console.error(`deploy/crds/${definition.metadata.name}.yaml differs from the schemas: npm run crds`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    console.log(`wrote deploy/crds/${definition.metadata.name}.yaml`)
  }
}
