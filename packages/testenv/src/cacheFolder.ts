import { homedir } from "node:os"
import { join } from "node:path"

/** Where binaries of one sort are kept, outside the tree. */
export const cacheFolder = (sort: string): string =>
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "multicluster-mesh", sort)
