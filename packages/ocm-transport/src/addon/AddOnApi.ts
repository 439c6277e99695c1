import { resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import * as Predicate from "effect/Predicate"
import type { KubeObject } from "../KubeApi.ts"
import { kubeClientSigner } from "./agentIdentity.ts"
import { type Fields, fieldsOf, listOf } from "./fields.ts"
import { installNamespaceAnnotation } from "./keys.ts"

/** The versions of OCM's add-on API that we speak. */
export type AddOnApiVersion = "v1alpha1" | "v1beta1"

/**
 * How one version of OCM's add-on API writes what we read and say. Inside, a ManagedClusterAddOn has the shape of
 * v1alpha1, whatever came over the wire; only `apiVersion` stays what it was, for owner references need it.
 *
 * Source: `addon/v1beta1/conversion.go` of open-cluster-management.io/api. AddOnDeploymentConfigs are alike in both.
 */
export interface AddOnApi {
  readonly version: AddOnApiVersion
  /** A kind of the add-on API as this version serves it; any other kind as it is. */
  readonly typeOf: (type: ResourceType) => ResourceType
  /** A ManagedClusterAddOn of this version, in the shape of the model. */
  readonly addOnOf: (object: KubeObject) => KubeObject
  /** Fields of a ManagedClusterAddOn's status, as this version writes them over `live`, the status that is there. */
  readonly statusOf: (fields: Fields, live: Fields) => Fields
  /** Where the status of a ClusterManagementAddOn says in which state the default configurations are. */
  readonly defaultReferences: string
}

/** The kinds that differ between the versions, or are served in both. */
export const addOnKinds: ReadonlyArray<ResourceType> = [
  resources.managedClusterAddOns,
  resources.clusterManagementAddOns,
  resources.addOnDeploymentConfigs
]

const typeIn =
  (version: AddOnApiVersion) =>
  (type: ResourceType): ResourceType =>
    addOnKinds.some(({ group, plural }) => group === type.group && plural === type.plural) ? { ...type, version } : type

export const addOnApis: { readonly [version in AddOnApiVersion]: AddOnApi } = {
  v1alpha1: {
    version: "v1alpha1",
    typeOf: typeIn("v1alpha1"),
    addOnOf: (object) => object,
    statusOf: (fields, live) => ({ ...fields, ...referencesOf(fields, live) }),
    defaultReferences: "defaultconfigReferences"
  },
  v1beta1: {
    version: "v1beta1",
    typeOf: typeIn("v1beta1"),
    addOnOf: (object) => ({ ...object, ...modelSpec(object), ...modelStatus(object["status"]) }),
    statusOf: (fields, live) => ({ ...fields, ...referencesOf(fields, live), ...registrationsOf(fields, live) }),
    defaultReferences: "defaultConfigReferences"
  }
}

/** The references are OCM's list, in OCM's order; what we do not know of an entry stays in it. */
const referencesOf = (fields: Fields, live: Fields): Fields => {
  const [ours, theirs] = [fields["configReferences"], listOf(live["configReferences"])]
  if (!Array.isArray(ours) || ours.length !== theirs.length) return {}
  return { configReferences: ours.map((entry: unknown, index) => ({ ...fieldsOf(theirs[index]), ...fieldsOf(entry) })) }
}

/** v1beta1 has no field for the install namespace: what v1alpha1 says there is kept in an annotation. */
const modelSpec = ({ metadata, spec }: KubeObject): Fields => {
  const installNamespace = metadata.annotations?.[installNamespaceAnnotation] ?? ""
  return installNamespace === "" ? {} : { spec: { ...fieldsOf(spec), installNamespace } }
}

const modelStatus = (status: unknown): Fields => {
  if (!Predicate.isReadonlyObject(status) || !Array.isArray(status["registrations"])) return {}
  const registrations: ReadonlyArray<unknown> = status["registrations"]
  const driver = registrations.map((entry) => kubeClientOf(entry)?.["driver"]).find(isText)
  return {
    status: {
      ...status,
      registrations: registrations.map(modelRegistration),
      ...(driver !== undefined && { kubeClientDriver: driver })
    }
  }
}

const isText = (value: unknown): value is string => Predicate.isString(value) && value !== ""

/** The part of a registration for the hub's API server; undefined where another signer is asked. */
const kubeClientOf = (entry: unknown): Fields | undefined =>
  Predicate.isReadonlyObject(entry) && entry["type"] === "kubeClient" ? fieldsOf(entry["kubeClient"]) : undefined

/** What is no registration stays as it is: that it cannot be read is for the decoder to say. */
const modelRegistration = (entry: unknown): unknown => {
  if (!Predicate.isReadonlyObject(entry)) return entry
  const kubeClient = kubeClientOf(entry)
  if (kubeClient !== undefined) return { signerName: kubeClientSigner, ...subjectIn(kubeClient) }
  const { signerName, subject } = fieldsOf(entry["customSigner"])
  if (!Predicate.isReadonlyObject(subject)) return { signerName }
  const { organizationUnits, ...rest } = subject
  return {
    signerName,
    subject: { ...rest, ...(organizationUnits !== undefined && { organizationUnit: organizationUnits }) }
  }
}

const subjectIn = ({ subject }: Fields): Fields => (subject === undefined ? {} : { subject })

/** The driver is the registration agent's to write, and stands in the middle of what is ours. */
const registrationsOf = (fields: Fields, live: Fields): Fields => {
  if (!Array.isArray(fields["registrations"])) return {}
  const theirs = listOf(live["registrations"]).filter(Predicate.isReadonlyObject)
  return { registrations: fields["registrations"].map((entry: unknown) => wireRegistration(fieldsOf(entry), theirs)) }
}

const wireRegistration = ({ signerName, subject }: Fields, theirs: ReadonlyArray<Fields>): Fields => {
  if (signerName === kubeClientSigner) {
    const before = theirs.find((entry) => kubeClientOf(entry) !== undefined)
    const { subject: _, ...rest } = fieldsOf(before?.["kubeClient"])
    return { ...before, type: "kubeClient", kubeClient: { ...rest, ...subjectIn({ subject }) } }
  }
  const before = theirs.find((entry) => fieldsOf(entry["customSigner"])["signerName"] === signerName)
  const { subject: _, ...rest } = fieldsOf(before?.["customSigner"])
  const { organizationUnit, ...known } = fieldsOf(subject)
  const units = organizationUnit === undefined ? {} : { organizationUnits: organizationUnit }
  return {
    ...before,
    type: "customSigner",
    customSigner: { ...rest, signerName, ...subjectIn({ subject: subject && { ...known, ...units } }) }
  }
}
