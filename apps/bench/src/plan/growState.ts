import { writeFileSync } from "node:fs"
import { serialize } from "node:v8"
import { growFleet } from "../fleet/growFleet.ts"

/** Run as a process of its own: grows a fleet and writes its state to a file. */
const [file = "", clusters, services] = process.argv.slice(2)
const state = growFleet({ clusters: Number(clusters), services: Number(services), perDeployment: 100 })
writeFileSync(file, serialize(state))
process.stdout.write(JSON.stringify({ works: state.works.length, peerings: state.peerings.length }))
