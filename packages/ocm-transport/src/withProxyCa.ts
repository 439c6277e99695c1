import * as Effect from "effect/Effect"
import type { Credentials } from "./Connection.ts"
import type { KubeConfigError } from "./KubeConfigError.ts"
import { readText } from "./readText.ts"

/** The variable by which OCM tells an agent where the certificates of `proxyConfig.caBundle` are. */
export const caBundleVariable = "CA_BUNDLE_FILE_PATH"

/** Where there is a proxy: credentials with the certificates of its bundle, read anew each time. */
export const withProxyCa = (
  proxy: URL | undefined,
  credentials: Effect.Effect<Credentials, KubeConfigError>
): Effect.Effect<Credentials, KubeConfigError> => {
  const file = process.env[caBundleVariable] ?? ""
  if (proxy === undefined || file === "") return credentials
  return Effect.zipWith(credentials, readText(file, caBundleVariable), (read, proxyCa) => ({ ...read, proxyCa }))
}
