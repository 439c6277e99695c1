import { labels } from "@multicluster-mesh/mesh-model"
import type { KubeObject } from "@multicluster-mesh/ocm-transport"

/** Name of the agent's Deployment, ServiceAccount and rights on the managed cluster. */
export const agentName = `${labels.addonName}-agent`

export interface AgentDeployment {
  readonly cluster: string
  readonly namespace: string
  readonly image: string
  readonly logLevel: string
  /** The Secret with its credentials on the hub. */
  readonly hubSecret: string
  readonly pullSecret: string | undefined
}

const hubFolder = "/var/run/multicluster-mesh/hub"
const healthPort = 8081

/** The agent's process. It needs no rights in its pod, and writes nothing but a cache of its code. */
export const agentDeployment = (agent: AgentDeployment): KubeObject => {
  const podLabels = { "app.kubernetes.io/name": agentName, "app.kubernetes.io/part-of": labels.addonName }
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: agentName, namespace: agent.namespace, labels: podLabels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": agentName } },
      template: {
        metadata: {
          labels: podLabels,
          annotations: { "target.workload.openshift.io/management": '{"effect": "PreferredDuringScheduling"}' }
        },
        spec: {
          serviceAccountName: agentName,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          ...(agent.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: agent.pullSecret }] }),
          containers: [containerOf(agent)],
          volumes: [
            // its keys change without a restart: the files are read again
            { name: "hub", secret: { secretName: agent.hubSecret } },
            { name: "tmp", emptyDir: { sizeLimit: "64Mi" } }
          ]
        }
      }
    }
  }
}

const containerOf = ({ cluster, image, logLevel, namespace }: AgentDeployment) => ({
  name: "agent",
  image,
  imagePullPolicy: "IfNotPresent",
  args: [`--log-level=${logLevel}`],
  env: [
    { name: "MESH_CLUSTER", value: cluster },
    { name: "MESH_HUB_KUBECONFIG", value: `${hubFolder}/kubeconfig` },
    { name: "MESH_LEASE_NAMESPACE", value: namespace },
    { name: "MESH_HEALTH_PORT", value: String(healthPort) },
    { name: "NODE_COMPILE_CACHE", value: "/tmp/compile-cache" }
  ],
  ports: [{ name: "http", containerPort: healthPort }],
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 2, failureThreshold: 30 },
  livenessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 20, timeoutSeconds: 5 },
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
  resources: { requests: { cpu: "20m", memory: "96Mi" }, limits: { memory: "256Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] }
  },
  volumeMounts: [
    { name: "hub", mountPath: hubFolder, readOnly: true },
    { name: "tmp", mountPath: "/tmp" }
  ]
})
