import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ControlPlane } from "../ControlPlane.ts"
import { kubeTools } from "../KubeTools.ts"
import { TestenvError } from "../TestenvError.ts"

/** Where an administrator's kubeconfig of a control plane is. */
export const adminKubeconfig = (plane: ControlPlane): string => {
  const file = join(plane.folder, "admin.kubeconfig")
  writeFileSync(file, plane.kubeconfig, { mode: 0o600 })
  return file
}

/**
 * Runs kubectl as an administrator and returns what it printed.
 *
 * Errors: `TestenvError` with what it complained about.
 */
export const kubectlOn = Effect.fnUntraced(function* (plane: ControlPlane, args: ReadonlyArray<string>, input = "") {
  const { kubectl } = yield* kubeTools
  return yield* Effect.callback<string, TestenvError>((resume) => {
    const child = execFile(kubectl, [`--kubeconfig=${adminKubeconfig(plane)}`, ...args], (error, stdout, stderr) =>
      resume(
        error === null
          ? Effect.succeed(stdout)
          : Effect.fail(new TestenvError({ part: `kubectl ${args.join(" ")}`, problem: stderr || error.message }))
      )
    )
    child.stdin?.end(input)
  })
})

/** Applies objects as an administrator does. */
export const applyOn = (plane: ControlPlane, objects: ReadonlyArray<object>) =>
  kubectlOn(plane, ["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }))

/** Installs CustomResourceDefinitions from files and folders, and waits until they are served. */
export const installDefinitions = Effect.fnUntraced(function* (plane: ControlPlane, files: ReadonlyArray<string>) {
  yield* kubectlOn(plane, ["create", ...files.flatMap((file) => ["-f", file])])
  yield* kubectlOn(plane, ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"])
})
