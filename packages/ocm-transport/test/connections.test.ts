import { assert, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { clientNodeConnection } from "../src/client-node.ts"
import { inCluster, kubeConfigFile } from "../src/index.ts"

const base64 = (text: string) => Buffer.from(text).toString("base64")
const kubeConfig = (user: string) => `
apiVersion: v1
kind: Config
current-context: east
contexts:
- name: east
  context: {cluster: east, user: admin}
- name: west
  context:
    cluster: west
    user: nobody
clusters:
- name: east
  cluster:
    certificate-authority: pki/../ca.crt
    server: https://east.example:6443
    tls-server-name: kubernetes
- name: west
  cluster:
    server: http://127.0.0.1:8080
    insecure-skip-tls-verify: true
users:
- name: admin
  user:
${user}
- name: nobody
  user: {}
`
const withKey = `    client-certificate-data: ${base64("certificate")}
    client-key: admin.key`

const folderWith = (files: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "kubeconfig-"))
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
      return (name: string) => path.join(folder, name)
    }),
    (at) => Effect.promise(() => rm(at(""), { recursive: true }))
  )
const pems = { "ca.crt": "authority", "admin.key": "key" }

it.live("a kubeconfig names the server, and files beside it", () =>
  Effect.gen(function* () {
    const at = yield* folderWith({ ...pems, config: kubeConfig(withKey) })
    const east = yield* kubeConfigFile(at("config"))
    assert.deepInclude(east, { server: "https://east.example:6443", tlsServerName: "kubernetes" })
    const credentials = { ca: "authority", certificate: "certificate", key: "key" }
    assert.deepStrictEqual(yield* east.credentials, credentials)
    const west = yield* kubeConfigFile(at("config"), { context: "west" })
    assert.deepInclude(west, { server: "http://127.0.0.1:8080", insecureSkipTlsVerify: true })
    assert.deepStrictEqual(yield* west.credentials, {})
    // the same file, read by other code
    assert.deepStrictEqual(yield* (yield* clientNodeConnection(at("config"))).credentials, credentials)
  })
)

it.live("a kubeconfig in JSON is as good", () =>
  Effect.gen(function* () {
    const json = JSON.stringify({
      "current-context": "one",
      contexts: [{ name: "one", context: { cluster: "one", user: "me" } }],
      clusters: [{ name: "one", cluster: { server: "http://localhost" } }],
      users: [{ name: "me", user: { token: "secret" } }]
    })
    const at = yield* folderWith({ config: json })
    assert.deepStrictEqual(yield* (yield* kubeConfigFile(at("config"))).credentials, { token: "secret" })
  })
)

it.live("files may rotate: each reading sees what they hold then", () =>
  Effect.gen(function* () {
    const at = yield* folderWith({ ...pems, token: "one\n", config: kubeConfig("    tokenFile: token") })
    const { credentials } = yield* kubeConfigFile(at("config"))
    assert.strictEqual((yield* credentials).token, "one")
    yield* Effect.promise(() => writeFile(at("token"), "two"))
    assert.strictEqual((yield* credentials).token, "two")
    yield* Effect.promise(() => writeFile(at("token"), ""))
    const error = yield* Effect.flip(credentials)
    assert.deepInclude(error, { file: at("token"), field: "users[admin].tokenFile" })
  })
)

for (const [what, config, field] of [
  [
    "a proxy that speaks something else",
    kubeConfig("    token: t").replace("server:", "proxy-url: socks5://proxy:1080\n    server:"),
    "clusters[east].proxy-url"
  ],
  ["a credential program", kubeConfig("    exec: {command: aws}"), "users[admin].exec"],
  ["a password", kubeConfig("    username: admin"), "users[admin].username"],
  ["an unknown context", kubeConfig(withKey).replace("current-context: east", "current-context: no"), "contexts[no]"],
  ["a user that is not there", kubeConfig(withKey).replace("name: admin", "name: other"), "users[admin]"],
  ["no YAML at all", "contexts: [", undefined],
  ["a file that is empty", "\n", undefined],
  ["another sort of file", "- a list", undefined],
  ["a file without contexts", "contexts: null", "current-context"]
] as const) {
  it.live(`${what} is refused with file and field`, () =>
    Effect.gen(function* () {
      const at = yield* folderWith({ config })
      const error = yield* Effect.flip(kubeConfigFile(at("config")))
      assert.strictEqual(error._tag, "KubeConfigError")
      assert.strictEqual(error.file, at("config"))
      assert.strictEqual(error.field, field)
    })
  )
}

it.live("a file that cannot be read is named once", () =>
  Effect.gen(function* () {
    const at = yield* folderWith({})
    const error = yield* Effect.flip(kubeConfigFile(at("no")))
    assert.strictEqual(error.message, `${at("no")}: there is no such file`)
    const folder = yield* Effect.flip(kubeConfigFile(at("")))
    assert.strictEqual(folder.message, `${at("")}: EISDIR: illegal operation on a directory`)
  })
)

it.live("data that are not base64, and a file that is not there, are refused where they are used", () =>
  Effect.gen(function* () {
    const at = yield* folderWith({
      ...pems,
      one: kubeConfig("    client-key-data: '%'"),
      two: kubeConfig("    client-key: no")
    })
    const one = yield* Effect.flip((yield* kubeConfigFile(at("one"))).credentials)
    assert.strictEqual(one.field, "users[admin].client-key-data")
    const two = yield* Effect.flip((yield* kubeConfigFile(at("two"))).credentials)
    assert.deepInclude(two, { file: at("no"), field: "users[admin].client-key" })
  })
)

it.live("a pod finds its API server in its environment and reads its token each time", () =>
  Effect.gen(function* () {
    const at = yield* folderWith({ "ca.crt": "authority", token: "one" })
    const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" }
    const inPod = Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
    const connection = yield* inCluster(at("")).pipe(inPod)
    assert.strictEqual(connection.server, "https://[fd00::1]:443")
    assert.deepStrictEqual(yield* connection.credentials, { ca: "authority", token: "one" })
    yield* Effect.promise(() => writeFile(at("token"), "two"))
    assert.strictEqual((yield* connection.credentials).token, "two")
  })
)
