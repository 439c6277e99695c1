import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import { type FieldError, invalidValue, requiredValue, tooLong } from "../schema/FieldError.ts"
import type { Kind } from "./Kind.ts"

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
const subdomain = `${label}(\\.${label})*`
const qualifiedPart = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

const matches = (pattern: string, text: string): boolean => new RegExp(`^${pattern}$`, "u").test(text)

const labelProblem = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`
const subdomainProblem = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`
const serviceProblem =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const keyProblem = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`
const valueProblem = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`

/** What the API server refuses in the metadata of any object. */
export const metadataFaults = (kind: Kind, object: KubeObject): ReadonlyArray<FieldError> => [
  ...nameFaults(kind, object.metadata.name),
  ...labelFaults(object.metadata.labels ?? {}),
  ...annotationFaults(object.metadata.annotations ?? {}),
  ...finalizerFaults(object.metadata.finalizers ?? []),
  ...ownerFaults(object)
]

const nameFaults = (kind: Kind, name: string): ReadonlyArray<FieldError> => {
  if (name === "") return [requiredValue("metadata.name", "name or generateName is required")]
  const problem = nameProblem(kind, name)
  return problem === undefined ? [] : [invalidValue("metadata.name", name, problem)]
}

const nameProblem = (kind: Kind, name: string): string | undefined => {
  const { group, plural } = kind.type
  if (group === "rbac.authorization.k8s.io")
    return /[/%]|^\.\.?$/u.test(name) ? "may not contain '/' or '%'" : undefined
  if (group === "" && plural === "namespaces") {
    if (name.length > 63) return "must be no more than 63 characters"
    return matches(label, name) ? undefined : labelProblem
  }
  if (group === "" && plural === "services") {
    if (name.length > 63) return "must be no more than 63 characters"
    return matches("[a-z]([-a-z0-9]*[a-z0-9])?", name) ? undefined : serviceProblem
  }
  if (name.length > 253) return "must be no more than 253 characters"
  return matches(subdomain, name) ? undefined : subdomainProblem
}

const labelFaults = (labels: Readonly<Record<string, unknown>>): ReadonlyArray<FieldError> =>
  Object.entries(labels).flatMap(([key, value]) => {
    const faults = keyFaults("metadata.labels", key)
    const text = String(value)
    if (text.length > 63) faults.push(invalidValue("metadata.labels", text, "must be no more than 63 bytes"))
    if (text !== "" && !matches(qualifiedPart, text)) faults.push(invalidValue("metadata.labels", text, valueProblem))
    return faults
  })

const annotationFaults = (annotations: Readonly<Record<string, unknown>>): ReadonlyArray<FieldError> => [
  ...Object.keys(annotations).flatMap((key) => keyFaults("metadata.annotations", key)),
  ...(sizeOf(annotations) > maxAnnotations ? [tooLong("metadata.annotations", maxAnnotations)] : [])
]

const maxAnnotations = 256 * 1024

const sizeOf = (annotations: Readonly<Record<string, unknown>>): number =>
  Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0
  )

const finalizerFaults = (finalizers: ReadonlyArray<string>): ReadonlyArray<FieldError> =>
  finalizers.flatMap((finalizer) => keyFaults("metadata.finalizers", finalizer))

const keyFaults = (field: string, key: string): Array<FieldError> => {
  const slash = key.indexOf("/")
  const prefix = slash === -1 ? undefined : key.slice(0, slash)
  const name = key.slice(slash + 1)
  const faults: Array<FieldError> = []
  if (prefix !== undefined && !matches(subdomain, prefix)) {
    faults.push(invalidValue(field, key, `prefix part ${subdomainProblem}`))
  }
  if (name.length > 63) faults.push(invalidValue(field, key, "name part must be no more than 63 bytes"))
  if (!matches(qualifiedPart, name)) faults.push(invalidValue(field, key, keyProblem))
  return faults
}

const ownerFaults = (object: KubeObject): ReadonlyArray<FieldError> => {
  const owners = object.metadata.ownerReferences ?? []
  const [first, second] = owners.filter((owner) => owner.controller === true)
  return [
    ...owners.flatMap((owner, index) =>
      (["apiVersion", "kind", "name", "uid"] as const)
        .filter((field) => (owner[field] ?? "") === "")
        .map((field) => requiredValue(`metadata.ownerReferences[${index}].${field}`, "must not be empty"))
    ),
    ...(first === undefined || second === undefined
      ? []
      : [
          invalidValue(
            "metadata.ownerReferences",
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`
          )
        ])
  ]
}
