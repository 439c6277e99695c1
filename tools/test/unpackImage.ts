import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { architectures } from "../images/Architecture.ts"

/** An image as a container runtime has it on its disk. */
export interface UnpackedImage {
  readonly root: string
  /** What chroot runs: its user, its root and its program. */
  readonly command: ReadonlyArray<string>
  /** As `NAME=value`. */
  readonly env: ReadonlyArray<string>
}

/** A folder that another user may enter; `prefix` is the beginning of its path. */
export const openFolder = (prefix: string): string => {
  const made = mkdtempSync(prefix)
  chmodSync(made, 0o755)
  return made
}

const json = (path: string) => JSON.parse(readFileSync(path, "utf8"))

/** Unpacks the image for this machine out of the OCI layout at `layout` into a folder beside it. */
export const unpackImage = (layout: string): UnpackedImage => {
  const blob = (digest: string) => join(layout, "blobs", digest.replace(":", "/"))
  const index = json(blob(json(join(layout, "index.json")).manifests[0].digest))
  const here = architectures.find(({ npm }) => npm === process.arch)?.name
  const entry = index.manifests.find(
    (manifest: { platform: { architecture: string } }) => manifest.platform.architecture === here
  )
  const manifest = json(blob(entry.digest))
  const root = openFolder(`${layout}-root-`)
  for (const { digest } of manifest.layers) {
    const { status, stderr } = spawnSync("tar", ["xpzf", blob(digest), "-C", root], { encoding: "utf8" })
    if (status !== 0) throw new Error(stderr)
  }
  const { config } = json(blob(manifest.config.digest))
  return { root, command: [`--userspec=${config.User}`, root, ...config.Entrypoint], env: config.Env }
}

/** For `unshare`: its own mount namespace, where the root is read-only. It needs to be root, as in CI containers. */
export const readOnly = ({ command, root }: UnpackedImage, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const script = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot "$@"`
  return ["-m", "sh", "-c", script, root, ...command, ...args]
}
