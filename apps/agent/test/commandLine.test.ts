import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { runProgram } from "@multicluster-mesh/ocm-transport/program"
import * as Command from "effect/cli/Command"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import { flags } from "../src/config.ts"

type Config = Command.Command.Config.Infer<typeof flags>
const needed = ["--cluster", "east", "--hub-kubeconfig", "hub.yaml"]

/** What a call comes to: the settings, or the lines on standard error. */
const call = Effect.fnUntraced(function* (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
  const lines: Array<string> = []
  let config: Config | undefined
  const agent = Command.make("agent", flags, (given) => Effect.sync(() => void (config = given)))
  const console: Console.Console = Object.assign(Object.create(globalThis.console), {
    error: (line: string) => lines.push(line)
  })
  yield* runProgram(agent, "0.0.0").pipe(
    Effect.ignore,
    Effect.provide(Layer.merge(NodeServices.layer, Stdio.layerTest({ args: Effect.succeed(args) }))),
    Effect.provideService(Console.Console, console),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )
  return { config, lines }
})

describe("command line", () => {
  it.effect("takes a setting from its flag, else from its variable, else from its default", () =>
    Effect.gen(function* () {
      const { config, lines } = yield* call([...needed, "--qps", "7"], { MESH_QPS: "8", MESH_RESYNC: "1 minute" })
      assert.deepStrictEqual(lines, [])
      assert.strictEqual(config?.qps, 7)
      assert.deepStrictEqual(config?.resync, Duration.minutes(1))
      assert.strictEqual(config?.burst, 40)
    })
  )

  it.effect("takes an empty variable for none", () =>
    Effect.gen(function* () {
      const { config } = yield* call(needed, { MESH_KUBECONFIG: "", MESH_QPS: "" })
      assert.deepStrictEqual(config?.kubeconfig, Option.none())
      assert.strictEqual(config?.qps, 20)
    })
  )

  for (const [what, args, env, said] of [
    ["a wrong variable", needed, { MESH_QPS: "abc" }, ['MESH_QPS="abc"', "whole number"]],
    ["a wrong flag", [...needed, "--resync", "0 seconds"], {}, ['--resync="0 seconds"', "above 0"]],
    ["a wrong word", needed, { MESH_LOG_LEVEL: "loud" }, ['MESH_LOG_LEVEL="loud"', "info"]],
    ["a name that no cluster has", ["--cluster", "EAST!"], {}, ['--cluster="EAST!"', "a-z"]],
    ["what is missing", ["--cluster", "east"], {}, ["--hub-kubeconfig", "MESH_HUB_KUBECONFIG"]],
    ["a flag that there is not", ["--bogus"], {}, ["--bogus"]]
  ] as const) {
    it.effect(`${what} is answered by one line`, () =>
      Effect.gen(function* () {
        const { config, lines } = yield* call(args, env)
        assert.isUndefined(config)
        assert.strictEqual(lines.length, 1)
        for (const part of [...said, "agent --help"]) assert.include(lines[0], part)
        assert.notInclude(lines[0], "\n")
      })
    )
  }
})
