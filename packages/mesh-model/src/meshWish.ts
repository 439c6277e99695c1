import * as Schema from "effect/Schema"
import { labelName, listOf, objectName, rules, setOf, text } from "./parts.ts"
import { Component, MeshProvider } from "./provider.ts"

/** What a Mesh and the template of a MeshDeployment wish in the same words. */

const version = Schema.String.annotate({
  description: "Version line of the control plane, for example v2.6. Omitted: the newest that the operator installs."
}).check(Schema.isPattern(/^v[0-9]+\.[0-9]+$/u), Schema.isMaxLength(16))

const components = setOf(
  Component,
  "The complete set of components: what is not listed is switched off, except istio-discovery, mesh-config and telemetry-common, which every control plane has. Omitted: what the profiles say.",
  16
)

export const profiles = listOf(
  text("Name of a profile.", 253),
  "Profiles of the control plane; the last one has priority.",
  16
)

/** The control plane, with descriptions of it and of its name; its identity does not change. */
export const controlPlaneWish = (description: string, name: string) =>
  Schema.Struct({
    name: Schema.optionalKey(objectName(name)),
    namespace: labelName("Namespace of the control plane on the managed cluster."),
    version: Schema.optionalKey(version),
    profiles: Schema.optionalKey(profiles),
    components: Schema.optionalKey(components)
  }).annotate({
    description,
    ...rules(
      { rule: "self.__namespace__ == oldSelf.__namespace__", message: "namespace is immutable" },
      {
        rule: "has(self.name) == has(oldSelf.name) && (!has(self.name) || self.name == oldSelf.name)",
        message: "name is immutable"
      }
    )
  })

/** The member namespaces of a mesh. */
export const meshMemberRoll = setOf(
  labelName("A namespace."),
  "Namespaces that belong to the mesh; one that does not exist yet joins when it is created.",
  1024
)

export const meshProvider = MeshProvider.annotate({
  ...rules({ rule: "self == oldSelf", message: "meshProvider is immutable" })
})
