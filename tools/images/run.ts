import { spawnSync } from "node:child_process"

/** Runs a program and returns what it says. Errors: throws with its error output when it fails. */
export const run = (command: string, args: ReadonlyArray<string>, cwd?: string): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    cwd,
    maxBuffer: 64 * 1024 * 1024
  })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`)
  return stdout
}
