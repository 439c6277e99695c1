// Builds the packages that are published, and lets publint and attw judge what a user would install.
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"

const run = (command, cwd) => {
  const { status, stdout, stderr } = spawnSync(command, { shell: true, cwd, encoding: "utf8" })
  if (status === 0) return
  console.error(`${cwd ?? "."}: ${command}\n${stdout}${stderr}`)
  process.exit(1)
}

const folders = readdirSync("packages")
  .map((name) => `packages/${name}`)
  .filter((folder) => JSON.parse(readFileSync(`${folder}/package.json`, "utf8")).private !== true)

run(`nx run-many -t build -p ${folders.join(",")}`)
for (const folder of folders) {
  run("publint --strict", folder)
  run("attw --pack . --profile esm-only", folder)
}
console.log(`${folders.length} packages can be published`)
