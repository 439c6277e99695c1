import { accessKinds } from "./builtin/access.ts"
import type { BuiltinKind } from "./builtin/BuiltinKind.ts"
import { coreKinds } from "./builtin/core.ts"
import { machineryKinds } from "./builtin/machinery.ts"
import { workloadKinds } from "./builtin/workloads.ts"

export type { BuiltinKind } from "./builtin/BuiltinKind.ts"

/**
 * The kinds that the simulated API server has without a CustomResourceDefinition.
 *
 * Shape: schemas name the fields that we and the simulators use, with their list keys and defaults as Kubernetes has
 * them; what they do not name is kept. Defaults that depend on another field are left out.
 */
export const builtinKinds: ReadonlyArray<BuiltinKind> = [
  ...coreKinds,
  ...workloadKinds,
  ...accessKinds,
  ...machineryKinds
]
