import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import {
  type AgentCertificate,
  callsBy,
  certificateOn,
  loseCertificate,
  shortLife,
  untilOther
} from "../agentCertificate.ts"
import { assertHonest, reportsAgain } from "../certificateChecks.ts"
import { untilTrue } from "../patiently.ts"
import { podFolder } from "../runPod.ts"
import { agentOn, clusters, klusterletOn, type TroubledWorld } from "./TroubledWorld.ts"

const [, , away] = clusters

/** A cluster without power, and the certificate that its agent had. */
export interface Away {
  readonly certificate: AgentCertificate
  readonly pid: number
}

/** Gives the agent of a cluster a certificate that soon ends, and takes the cluster's power away. */
export const goAway = Effect.fnUntraced(function* (troubled: TroubledWorld) {
  const { ocm, on } = troubled.world
  const { api } = on(away)
  yield* ocm.signFor(shortLife)
  const before = yield* certificateOn(api)
  yield* loseCertificate(api)
  const certificate = yield* untilOther(api, before)
  yield* useAtOnce(troubled, certificate)
  const agent = yield* agentOn(troubled, away).running
  yield* klusterletOn(troubled, away).registration.signal("SIGSTOP")
  yield* agent.signal("SIGSTOP")
  yield* ocm.signFor("1 day")
  const result: Away = { certificate, pid: agent.pid }
  return result
})

/**
 * Gives the cluster its power back when the certificate has ended: nobody helps, and the process goes on. Then the
 * klusterlet is installed anew, and is another one to the hub.
 */
export const comeBack = Effect.fnUntraced(function* (troubled: TroubledWorld, { certificate, pid }: Away) {
  const { hub, hubSim, on } = troubled.world
  const { api } = on(away)
  const klusterlet = klusterletOn(troubled, away)
  yield* Effect.sleep(Math.max(0, certificate.endsAt + 1000 - (yield* Clock.currentTimeMillis)))
  const agent = yield* agentOn(troubled, away).running
  yield* agent.signal("SIGCONT")
  yield* klusterlet.restartRegistration()
  const next = yield* untilOther(api, certificate)
  yield* assertHonest(hub, next, away)
  yield* reportsAgain(hub, away)
  assert.isNotEmpty(yield* callsBy(hubSim, { cluster: away, certificate: next }))
  assert.strictEqual((yield* agentOn(troubled, away).running).pid, pid)

  yield* klusterlet.restartRegistration(`${away}-again`)
  yield* loseCertificate(api)
  const last = yield* untilOther(api, next)
  yield* assertHonest(hub, last, away, `${away}-again`)
  yield* useAtOnce(troubled, last)
})

/** Starts the agent again, once its pod has the certificate: while it runs, it looks for another one once a minute. */
const useAtOnce = Effect.fnUntraced(function* (troubled: TroubledWorld, certificate: AgentCertificate) {
  const { hubSim, on } = troubled.world
  const file = join(podFolder(on(away).sim, "agent"), "hub", "tls.crt")
  yield* untilTrue(
    "it is in the pod",
    Effect.sync(() => readFileSync(file, "utf8") === certificate.pem)
  )
  yield* agentOn(troubled, away).kill
  const used = Effect.map(callsBy(hubSim, { cluster: away, certificate }), (calls) => calls.length > 0)
  yield* untilTrue("the agent uses it", Effect.delay(used, "500 millis"))
})
