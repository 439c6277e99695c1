import { applying } from "./applying.ts"
import { builtin } from "./builtin.ts"
import type { ContractCase } from "./Case.ts"
import { collecting } from "./collecting.ts"
import { expiring } from "./expiring.ts"
import { leasing } from "./leasing.ts"
import { lifecycle } from "./lifecycle.ts"
import { limits } from "./limits.ts"
import { ownKinds } from "./ownKinds.ts"
import { patching } from "./patching.ts"
import { reading } from "./reading.ts"
import { schema } from "./schema.ts"
import { streaming } from "./streaming.ts"
import { watching } from "./watching.ts"
import { writing } from "./writing.ts"

/** What an API server must do for us, for the simulators and for kubectl, by subject. */
export const contract: Readonly<Record<string, ReadonlyArray<ContractCase>>> = {
  reading,
  writing,
  schema,
  applying,
  lifecycle,
  watching,
  streaming,
  leasing,
  patching,
  expiring,
  limits,
  builtin,
  collecting,
  "own-kinds": ownKinds
}
