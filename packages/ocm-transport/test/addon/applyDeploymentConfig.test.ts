import { assert, describe, it } from "@effect/vitest"
import { applyDeploymentConfig, mirrored } from "../../src/addon/applyDeploymentConfig.ts"
import { objectOf } from "./builders.ts"

const deployment = objectOf("apps/v1", "Deployment", "agent", {
  spec: {
    replicas: 1,
    template: {
      spec: {
        nodeSelector: { own: "1" },
        initContainers: [{ name: "init", image: "quay.io/ocm/init:1" }],
        containers: [
          { name: "main", image: "quay.io/ocm/agent:1", env: [{ name: "HTTP_PROXY", value: "old" }, { name: "A" }] },
          { name: "side", image: "docker.io/side@sha256:00" }
        ]
      }
    }
  }
})
const configMap = objectOf("v1", "ConfigMap", "agent", { data: {} })

describe("applyDeploymentConfig", () => {
  it("changes nothing without a wish", () => {
    assert.deepStrictEqual(applyDeploymentConfig([deployment, configMap], {}), [deployment, configMap])
  })

  it("puts placement, proxy, registries and resources into workloads", () => {
    const [changed, other] = applyDeploymentConfig([deployment, configMap], {
      nodePlacement: { nodeSelector: { infra: "" }, tolerations: [{ key: "infra", operator: "Exists" }] },
      proxyConfig: { httpsProxy: "http://proxy", noProxy: "10.0.0.0/8" },
      registries: [{ source: "quay.io/ocm", mirror: "mirror.test/ocm/" }],
      resourceRequirements: [
        { containerID: "*:*:*", resources: { limits: { memory: "1Gi" } } },
        { containerID: "deployments:agent:main", resources: { requests: { cpu: 1 } } },
        { containerID: "daemonsets:agent:main", resources: {} }
      ]
    })
    assert.strictEqual(other, configMap)
    assert.deepStrictEqual(changed?.["spec"], {
      replicas: 1,
      template: {
        spec: {
          nodeSelector: { own: "1", infra: "" },
          tolerations: [{ key: "infra", operator: "Exists" }],
          initContainers: [
            {
              name: "init",
              image: "mirror.test/ocm/init:1",
              env: [
                { name: "HTTPS_PROXY", value: "http://proxy" },
                { name: "NO_PROXY", value: "10.0.0.0/8" }
              ],
              resources: { limits: { memory: "1Gi" } }
            }
          ],
          containers: [
            {
              name: "main",
              image: "mirror.test/ocm/agent:1",
              env: [
                { name: "HTTP_PROXY", value: "old" },
                { name: "A" },
                { name: "HTTPS_PROXY", value: "http://proxy" },
                { name: "NO_PROXY", value: "10.0.0.0/8" }
              ],
              resources: { requests: { cpu: 1 } }
            },
            {
              name: "side",
              image: "docker.io/side@sha256:00",
              env: [
                { name: "HTTPS_PROXY", value: "http://proxy" },
                { name: "NO_PROXY", value: "10.0.0.0/8" }
              ],
              resources: { limits: { memory: "1Gi" } }
            }
          ]
        }
      }
    })
  })
})

describe("mirrored", () => {
  it.each([
    [
      "the last that fits",
      [
        { source: "quay.io/a", mirror: "m1" },
        { source: "quay.io", mirror: "m2" }
      ],
      "m2/a/b:1"
    ],
    [
      "a source only as a whole",
      [
        { source: "quay.io/a/", mirror: "m" },
        { source: "qua", mirror: "x" }
      ],
      "m/b:1"
    ],
    ["all without a source", [{ mirror: "m/" }], "m/b:1"],
    ["the image itself", [{ source: "quay.io/a/b", mirror: "m/c" }], "m/c:1"]
  ])("takes %s", (_, registries, expected) => {
    assert.strictEqual(mirrored("quay.io/a/b:1", registries), expected)
  })
})
