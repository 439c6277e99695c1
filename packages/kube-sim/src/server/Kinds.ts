import type { KubeObject } from "@multicluster-mesh/ocm-transport"
import type { ObjectStore } from "../store/ObjectStore.ts"
import { builtins } from "./builtins.ts"
import { crdKinds } from "./crdKinds.ts"
import type { Kind } from "./Kind.ts"

/** The kinds that the server serves at the moment. */
export interface Kinds {
  readonly find: (group: string, version: string, plural: string) => Kind | undefined
  readonly ofKind: (apiVersion: string, kind: string) => Kind | undefined
  readonly all: () => ReadonlyArray<Kind>
}

export const crdResource = "apiextensions.k8s.io/customresourcedefinitions"

/** The built-in kinds and those of the CustomResourceDefinitions in `store`; it follows their changes. */
export const makeKinds = (store: ObjectStore): Kinds => {
  const custom = new Map<string, ReadonlyArray<Kind>>()
  let all: ReadonlyArray<Kind> = builtins
  const rebuild = (): void => {
    all = [...builtins, ...[...custom.values()].flat()]
  }
  const add = (crd: KubeObject): void => {
    custom.set(crd.metadata.name, crdKinds(crd))
    rebuild()
  }
  store.collection(crdResource).subscribe((event) => {
    if (event.type === "DELETED") {
      custom.delete(event.object.metadata.name)
      rebuild()
    } else if (
      event.before?.["spec"] !== event.object["spec"] ||
      isDeleting(event.object) !== isDeleting(event.before)
    ) {
      add(event.object)
    }
  })
  return {
    find: (group, version, plural) =>
      all.find(({ type }) => type.group === group && type.version === version && type.plural === plural),
    ofKind: (apiVersion, kind) => {
      const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion]
      return all.find(({ type }) => type.group === group && type.version === version && type.kind === kind)
    },
    all: () => all
  }
}

const isDeleting = (object: KubeObject | undefined): boolean => object?.metadata.deletionTimestamp !== undefined
