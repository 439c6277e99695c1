import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { proxyOf } from "../src/proxyOf.ts"

const server = "https://api.hub.example.com:6443"
const environment = { HTTPS_PROXY: "http://proxy:3128" }
const unnamed = { file: "kubeconfig", field: "proxy-url", url: undefined }
const hrefOf = (server: string, env: Readonly<Record<string, string>>, url?: string) =>
  Effect.runSync(proxyOf(server, { ...unnamed, url }, env))?.href
const problemOf = (env: Readonly<Record<string, string>>, url?: string) =>
  Effect.runSync(Effect.flip(proxyOf(server, { ...unnamed, url }, env))).message

it("a proxy of the kubeconfig wins, and is used wherever the server is", () => {
  const env = { HTTPS_PROXY: "http://other:3128", NO_PROXY: "*" }
  assert.strictEqual(hrefOf("https://127.0.0.1:6443", env, "https://proxy:3128"), "https://proxy:3128/")
})

it("the environment names a proxy in either case, with a scheme or without, and never for this machine", () => {
  assert.strictEqual(hrefOf(server, { https_proxy: "https://proxy:3128" }), "https://proxy:3128/")
  assert.strictEqual(hrefOf(server, { HTTPS_PROXY: "proxy:3128" }), "http://proxy:3128/")
  assert.isUndefined(hrefOf(server, { HTTP_PROXY: "http://proxy:3128", NO_PROXY: "example.com" }))
  // that it is no address is for others to say
  for (const other of ["no address", "http://api.hub.example.com:8080"]) assert.isUndefined(hrefOf(other, environment))
  for (const own of ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:8080"])
    assert.isUndefined(hrefOf(own, environment), own)
})

it("what is no address of a proxy is refused with its place", () => {
  assert.include(problemOf({ HTTPS_PROXY: "socks5://proxy:1080" }), "environment: HTTPS_PROXY: not the http://")
  assert.include(problemOf({ HTTPS_PROXY: "http://" }), "environment: HTTPS_PROXY")
  assert.include(problemOf({}, "proxy:3128"), "kubeconfig: proxy-url")
  assert.include(problemOf({}, "http://100%:us@proxy:3128"), "not percent-encoded")
})

it.each([
  [server, "*"],
  [server, "example.com"],
  [server, ".example.com"],
  [server, "*.EXAMPLE.com"],
  [server, "svc api.hub.example.com:6443"],
  ["https://10.1.2.3", ".svc,10.0.0.0/8,::1/128"],
  ["https://10.1.2.3", "10.1.2.3"],
  ["https://10.1.2.3", "10.1.2.3:443"],
  ["https://[fd00::1]:6443", "fd00::/8"],
  ["https://[fd00::1]:6443", "fd00::1"],
  ["https://[fd00::1]:6443", "[fd00::1]:6443"]
])("%s needs no proxy where NO_PROXY is %s", (server, noProxy) => {
  assert.isUndefined(hrefOf(server, { ...environment, NO_PROXY: noProxy }))
})

it.each([
  [server, ""],
  [server, ","],
  [server, "hub.example.co,ple.com,api"],
  [server, "example.com:443"],
  ["https://10.1.2.3", "11.0.0.0/8,10.0.0.0/33,0.0.0.0/x,fd00::/8"],
  ["https://[fd00::1]:6443", "10.0.0.0/8,fe00::/8,fd00::/200"]
])("%s needs one where NO_PROXY is %s", (server, noProxy) => {
  assert.isDefined(hrefOf(server, { ...environment, NO_PROXY: noProxy }))
})
