import type { StructuralSchema } from "../StructuralSchema.ts"
import {
  atomic,
  flag,
  int32,
  int64,
  intOrString,
  anyObject,
  conditionsWith,
  kindSchema,
  listOf,
  localReference,
  mapList,
  partOf,
  text,
  textMap,
  texts,
  time,
  withDefault
} from "./parts.ts"
import { age, builtinKind, builtinType, column } from "./BuiltinKind.ts"

const securityContext = partOf({
  runAsNonRoot: flag,
  runAsUser: int64,
  privileged: flag,
  allowPrivilegeEscalation: flag,
  readOnlyRootFilesystem: flag,
  capabilities: partOf({ add: texts, drop: texts }),
  seccompProfile: partOf({ type: text })
})

const keyOf = atomic(partOf({ name: text, key: text, optional: flag }, ["key"]))
const envSource = partOf({
  fieldRef: atomic(partOf({ apiVersion: withDefault(text, "v1"), fieldPath: text }, ["fieldPath"])),
  configMapKeyRef: keyOf,
  secretKeyRef: keyOf
})

const probe = partOf({
  httpGet: partOf({ path: text, port: intOrString, host: text, scheme: withDefault(text, "HTTP") }, ["port"]),
  tcpSocket: partOf({ port: intOrString, host: text }, ["port"]),
  exec: partOf({ command: texts }),
  initialDelaySeconds: int32,
  timeoutSeconds: withDefault(int32, 1),
  periodSeconds: withDefault(int32, 10),
  successThreshold: withDefault(int32, 1),
  failureThreshold: withDefault(int32, 3)
})

const quantities: StructuralSchema = { type: "object", additionalProperties: intOrString }

const container = partOf(
  {
    name: text,
    image: text,
    command: texts,
    args: texts,
    workingDir: text,
    env: mapList(["name"], partOf({ name: text, value: text, valueFrom: envSource }, ["name"])),
    envFrom: listOf(anyObject),
    ports: mapList(
      ["containerPort", "protocol"],
      partOf({ name: text, containerPort: int32, hostPort: int32, protocol: withDefault(text, "TCP") }, [
        "containerPort"
      ])
    ),
    resources: withDefault(partOf({ limits: quantities, requests: quantities }), {}),
    volumeMounts: mapList(
      ["mountPath"],
      partOf({ name: text, mountPath: text, readOnly: flag, subPath: text }, ["name", "mountPath"])
    ),
    volumeDevices: mapList(["devicePath"], partOf({ name: text, devicePath: text }, ["name", "devicePath"])),
    securityContext,
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    terminationMessagePath: withDefault(text, "/dev/termination-log"),
    terminationMessagePolicy: withDefault(text, "File"),
    imagePullPolicy: text
  },
  ["name"]
)

const volume = partOf(
  {
    name: text,
    configMap: partOf({ name: text, defaultMode: withDefault(int32, 420), optional: flag }),
    secret: partOf({ secretName: text, defaultMode: withDefault(int32, 420), optional: flag }),
    emptyDir: partOf({ medium: text, sizeLimit: intOrString })
  },
  ["name"]
)

/** The spec of a pod, with the defaults that do not depend on other fields. */
export const podSpec = partOf(
  {
    containers: mapList(["name"], container),
    initContainers: mapList(["name"], container),
    ephemeralContainers: mapList(["name"], container),
    volumes: mapList(["name"], volume),
    imagePullSecrets: mapList(["name"], { ...localReference, required: ["name"] }),
    hostAliases: mapList(["ip"], partOf({ ip: text, hostnames: texts }, ["ip"])),
    topologySpreadConstraints: mapList(
      ["topologyKey", "whenUnsatisfiable"],
      partOf({ topologyKey: text, whenUnsatisfiable: text, maxSkew: int32 }, ["topologyKey", "whenUnsatisfiable"])
    ),
    nodeSelector: atomic(textMap),
    tolerations: listOf(anyObject),
    affinity: anyObject,
    serviceAccountName: text,
    nodeName: text,
    hostNetwork: flag,
    restartPolicy: withDefault(text, "Always"),
    dnsPolicy: withDefault(text, "ClusterFirst"),
    schedulerName: withDefault(text, "default-scheduler"),
    terminationGracePeriodSeconds: withDefault(int64, 30),
    securityContext: withDefault(securityContext, {}),
    enableServiceLinks: flag
  },
  ["containers"]
)

const podStatus = partOf({
  phase: text,
  conditions: conditionsWith({ lastProbeTime: time, observedGeneration: int64 }),
  podIP: text,
  podIPs: mapList(["ip"], partOf({ ip: text }, ["ip"])),
  hostIP: text,
  startTime: time,
  containerStatuses: listOf(anyObject),
  initContainerStatuses: listOf(anyObject)
})

export const pods = builtinKind(
  builtinType("", "Pod", "pods"),
  kindSchema("Pod is a collection of containers that can run on a host.", { spec: podSpec, status: podStatus }),
  {
    shortNames: ["po"],
    categories: ["all"],
    subresources: { status: true },
    columns: [
      column("Status", ".status.phase"),
      age,
      column("IP", ".status.podIP", "string", 1),
      column("Node", ".spec.nodeName", "string", 1)
    ]
  }
)
