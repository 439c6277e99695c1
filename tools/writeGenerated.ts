import { readFileSync, writeFileSync } from "node:fs"

const check = process.argv.includes("--check")

/** Writes a file of the repository that is made from code; with `--check` fails the process where it differs. */
export const writeGenerated = (path: string, text: string, remedy: string): void => {
  const file = new URL(`../${path}`, import.meta.url)
  if (read(file) === text) return
  if (check) {
    console.error(`${path} is not what it is made from: ${remedy}`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}

const read = (file: URL): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}
