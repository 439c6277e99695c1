import { Ajv } from "ajv"
import { readFileSync } from "node:fs"

/** CycloneDX publishes its schemas with its library. */
const library = import.meta.resolve("@cyclonedx/cyclonedx-library/package.json")
const schema = (name: string) => JSON.parse(readFileSync(new URL(`res/schema/${name}`, library), "utf8"))

const ajv = new Ajv({ strict: false, validateFormats: false })
/** Under the names by which the schema of a bill refers to them. */
for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"]) {
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`)
}
const validate = ajv.compile(schema("bom-1.5.SNAPSHOT.schema.json"))

/** What the schema of CycloneDX 1.5 has against a bill of materials. */
export const billProblems = (bill: string): ReadonlyArray<string> =>
  validate(JSON.parse(bill))
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
