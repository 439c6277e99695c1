// Copies what `npm run images` has built to the registry that IMAGE names, all architectures.
import { spawnSync } from "node:child_process"
import { imageNames } from "./imageNames.mjs"

const { hub, agent } = imageNames()
for (const [app, image] of [
  ["hub-controller", hub],
  ["agent", agent]
]) {
  const args = ["copy", "--all", `oci:dist/images/${app}`, `docker://${image}`]
  const { status, error } = spawnSync("skopeo", args, { stdio: "inherit", cwd: new URL("..", import.meta.url) })
  if (error !== undefined) console.error("skopeo is needed to push: it is in the packages of every Linux distribution")
  if (status !== 0) process.exit(1)
}
