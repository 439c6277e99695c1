import { labels, resources } from "@multicluster-mesh/mesh-model"
import type { KubeApi, KubeError, ResourceType } from "@multicluster-mesh/ocm-transport"
import * as Effect from "effect/Effect"
import { applyExample, exampleText } from "./applyYaml.ts"
import type { Narrator } from "./Narrator.ts"
import { type TableError, tableOf } from "./tables.ts"

/** Does what a call of kubectl does, and shows the call and what kubectl prints. */
export interface Kubectl {
  /** Of one namespace, or of all. */
  readonly get: (type: ResourceType, namespace?: string) => Effect.Effect<void, TableError>
  /** `printed` is what `path` comes to; kubectl is not here to work that out. */
  readonly getPath: (type: ResourceType, ref: Ref, path: string, printed: string) => Effect.Effect<void>
  /** Shows a file of `examples/quickstart`. */
  readonly cat: (file: string) => Effect.Effect<void>
  readonly apply: (file: string) => Effect.Effect<void, KubeError>
  readonly delete: (type: ResourceType, ref: Ref) => Effect.Effect<void, KubeError>
}

interface Ref {
  readonly namespace: string
  readonly name: string
}

export const makeKubectl = (
  api: KubeApi,
  { say, show }: Narrator,
  readTable: (path: string) => Effect.Effect<unknown, TableError>
): Kubectl => ({
  get: Effect.fnUntraced(function* (type, namespace) {
    const where = namespace === undefined ? "" : `/namespaces/${namespace}`
    yield* say(
      namespace === undefined ? `$ kubectl get ${wordOf(type)} -A` : `$ kubectl -n ${namespace} get ${wordOf(type)}`
    )
    yield* show(yield* tableOf(readTable, `/apis/${labels.apiVersion}${where}/${type.plural}`, namespace === undefined))
  }),
  getPath: (type, { name, namespace }, path, printed) =>
    Effect.andThen(say(`$ kubectl -n ${namespace} get ${singular(type)} ${name} -o jsonpath='${path}'`), show(printed)),
  cat: (file) => Effect.andThen(say(`$ cat examples/quickstart/${file}`), show(exampleText(file))),
  apply: Effect.fnUntraced(function* (file) {
    const { done, name, type } = yield* applyExample(api, file)
    yield* say(`$ kubectl apply -f examples/quickstart/${file}`)
    yield* show(`${singular(type)}.${type.group}/${name} ${done}`)
  }),
  delete: Effect.fnUntraced(function* (type, ref) {
    yield* api.delete(type, ref)
    yield* say(`$ kubectl -n ${ref.namespace} delete ${singular(type)} ${ref.name} --wait=false`)
    yield* show(`${singular(type)}.${type.group} "${ref.name}" deleted from ${ref.namespace} namespace`)
  })
})

const singular = ({ kind }: ResourceType): string => kind.toLowerCase()

/** As the documentation says it. */
const wordOf = (type: ResourceType): string => (type === resources.meshes ? "mesh" : type.plural)
