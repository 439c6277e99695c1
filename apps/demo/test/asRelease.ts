// Preloaded by `--import=…/asRelease.ts?1.2.0`: the app that is run then is what its sources are, released as 1.2.0.
import { registerHooks } from "node:module"

const release = new URL(import.meta.url).search.slice(1)

registerHooks({
  load: (url, context, nextLoad) =>
    /\/apps\/(agent|hub-controller)\/src\/version\.ts$/u.test(url)
      ? {
          format: "module",
          shortCircuit: true,
          source: `export const agentVersion = "${release}"; export const hubVersion = "${release}"`
        }
      : nextLoad(url, context)
})
