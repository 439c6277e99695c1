import { dirname } from "node:path"
const cmd = (command) => ({ executor: "nx:run-commands", options: { command, cwd: "{projectRoot}" } })
export const name = "multicluster-mesh"
export const createNodes = [
  "{packages,apps}/*/package.json",
  (files) =>
    files.map((f) => {
      const root = dirname(f)
      return [
        f,
        {
          projects: {
            [root]: {
              root,
              targets: {
                build: cmd("tsup --silent"),
                typecheck: cmd("tsc -b"),
                test: cmd("vitest run --reporter=dot"),
                lint: cmd("oxlint --deny-warnings src")
              },
              tags: [root.startsWith("apps/") ? "type:app" : "type:lib"]
            }
          }
        }
      ]
    })
]
export const createNodesV2 = createNodes
