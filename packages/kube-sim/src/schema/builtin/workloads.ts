import { resources } from "@multicluster-mesh/mesh-model"
import { age, type BuiltinKind, builtinKind, builtinType, column } from "./BuiltinKind.ts"
import {
  textMap,
  conditionsWith,
  flag,
  int32,
  int64,
  intOrString,
  kindSchema,
  labelSelector,
  partOf,
  structOf,
  text,
  time,
  withDefault
} from "./parts.ts"
import { podSpec } from "./pods.ts"

const template = structOf({ metadata: partOf({ labels: textMap, annotations: textMap }), spec: podSpec })

const replicaCounts = {
  observedGeneration: int64,
  replicas: int32,
  readyReplicas: int32,
  availableReplicas: int32,
  terminatingReplicas: int32,
  conditions: conditionsWith({ lastUpdateTime: time })
} as const

const deployments = builtinKind(
  resources.deployments,
  kindSchema("Deployment enables declarative updates for Pods and ReplicaSets.", {
    spec: structOf(
      {
        replicas: withDefault(int32, 1),
        selector: labelSelector,
        template,
        strategy: withDefault(
          structOf({ type: text, rollingUpdate: structOf({ maxSurge: intOrString, maxUnavailable: intOrString }) }),
          { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } }
        ),
        minReadySeconds: int32,
        revisionHistoryLimit: withDefault(int32, 10),
        progressDeadlineSeconds: withDefault(int32, 600),
        paused: flag
      },
      ["selector", "template"]
    ),
    status: structOf({ ...replicaCounts, updatedReplicas: int32, unavailableReplicas: int32, collisionCount: int32 })
  }),
  {
    shortNames: ["deploy"],
    categories: ["all"],
    subresources: { status: true },
    columns: [
      column("Ready", ".status.readyReplicas", "integer"),
      column("Up-to-date", ".status.updatedReplicas", "integer"),
      column("Available", ".status.availableReplicas", "integer"),
      age
    ]
  }
)

const replicaSets = builtinKind(
  builtinType("apps", "ReplicaSet", "replicasets"),
  kindSchema("ReplicaSet ensures that a number of pod replicas are running.", {
    spec: structOf({ replicas: withDefault(int32, 1), minReadySeconds: int32, selector: labelSelector, template }, [
      "selector"
    ]),
    status: structOf({ ...replicaCounts, fullyLabeledReplicas: int32 })
  }),
  {
    shortNames: ["rs"],
    categories: ["all"],
    subresources: { status: true },
    columns: [
      column("Desired", ".spec.replicas", "integer"),
      column("Current", ".status.replicas", "integer"),
      column("Ready", ".status.readyReplicas", "integer"),
      age
    ]
  }
)

export const workloadKinds: ReadonlyArray<BuiltinKind> = [deployments, replicaSets]
