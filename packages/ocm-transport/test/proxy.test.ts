import { assert, it } from "@effect/vitest"
import { proxyOf } from "../src/proxyOf.ts"

const server = "https://api.hub.example.com:6443"

it("a proxy of the kubeconfig wins, and is used wherever the server is", () => {
  const proxy = proxyOf("https://127.0.0.1:6443", "http://proxy:3128", {
    HTTPS_PROXY: "http://other:3128",
    NO_PROXY: "*"
  })
  assert.deepStrictEqual(proxy, { HTTPS_PROXY: "http://proxy:3128", HTTP_PROXY: "http://proxy:3128" })
})

it("the environment names a proxy in either case, and never for this machine", () => {
  assert.deepStrictEqual(proxyOf(server, undefined, { https_proxy: "http://proxy:3128" }), {
    HTTPS_PROXY: "http://proxy:3128"
  })
  assert.isUndefined(proxyOf(server, undefined, { NO_PROXY: "example.com" }))
  // that it is no address is for others to say
  assert.isDefined(proxyOf("no address", undefined, { HTTPS_PROXY: "http://proxy:3128" }))
  for (const own of ["https://127.0.0.1:6443", "https://localhost:6443", "http://[::1]:8080"])
    assert.isUndefined(proxyOf(own, "", { HTTPS_PROXY: "http://proxy:3128" }), own)
})

it("networks that need no proxy are named as Node.js reads them", () => {
  const environment = {
    HTTPS_PROXY: "http://proxy:3128",
    NO_PROXY: ".svc, 172.30.5.0/16,10.0.0.0/8,10.1.2.3/32,0.0.0.0/0,::1/128"
  }
  assert.strictEqual(
    proxyOf(server, undefined, environment)?.["NO_PROXY"],
    ".svc,172.30.0.0-172.30.255.255,10.0.0.0-10.255.255.255,10.1.2.3-10.1.2.3,0.0.0.0-255.255.255.255,::1/128"
  )
})
