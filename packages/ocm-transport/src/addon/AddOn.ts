import type {
  AddOnDeploymentConfigSpec,
  FeedbackValue,
  ManagedCluster,
  ManagedClusterAddOn,
  ResourceType
} from "@multicluster-mesh/mesh-model"
import type { Effect } from "effect/Effect"
import * as Schema from "effect/Schema"
import type { KubeObject } from "../KubeApi.ts"

/** An add-on of Open Cluster Management: what it puts on managed clusters, and what it may do on the hub. */
export interface AddOn {
  /** Also the name of its ClusterManagementAddOn and of each ManagedClusterAddOn. */
  readonly name: string
  /**
   * The objects of the agent on one cluster, in any order. Placement, proxy, registries and resources of the
   * configuration are put into them afterwards. The install namespace should be among them.
   */
  readonly manifests: (input: ManifestsInput) => Effect<ReadonlyArray<KubeObject>, ManifestsRefused>
  /** Gives the agent an identity on the hub; absent, it does not talk to the hub. */
  readonly registration?: RegistrationOptions
  /** What that identity may do on the hub, in the namespace of its cluster and nowhere else. */
  readonly hubPermissions?: HubPermissions
  /** How it is known that the agent works; by its lease when absent. */
  readonly health?: Health
  /** Kinds of configuration that it takes; AddOnDeploymentConfig when absent. */
  readonly supportedConfigs?: ReadonlyArray<ResourceType>
  /**
   * When OCM's rollout goes on with the next clusters: once a change is `Applied`, as with other add-ons, or once each
   * Deployment and DaemonSet is `Running` as the change wants it. `Applied` when absent.
   */
  readonly rolledOut?: "Applied" | "Running"
  /** What must happen before it goes from a cluster. */
  readonly preDelete?: PreDelete
}

/** What the manifests of one cluster depend on. */
export interface ManifestsInput {
  readonly cluster: ManagedCluster
  readonly addOn: ManagedClusterAddOn
  /** Where the agent, its credentials and its lease live. */
  readonly installNamespace: string
  /** Name of the Secret with the agent's credentials on the hub; OCM makes it in the install namespace. */
  readonly hubKubeconfigSecret: string
  /** The variables of the AddOnDeploymentConfig by name. */
  readonly variables: Readonly<Record<string, string>>
  readonly deploymentConfig: AddOnDeploymentConfigSpec
  /** All configurations that apply, in the order of their references. */
  readonly configs: ReadonlyArray<KubeObject>
}

/** There are no manifests for a cluster; `problem` tells its administrator why. */
export class ManifestsRefused extends Schema.TaggedError<ManifestsRefused>()("ManifestsRefused", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}

export interface RegistrationOptions {
  /** Part of the identity; the add-on's name when absent. */
  readonly agentName?: string
  /** Longest life of a certificate that the agent may ask for; no limit of ours when absent. */
  readonly maxExpirationSeconds?: number
}

/** One rule of a Role, as Kubernetes has it. */
export interface PolicyRule {
  readonly apiGroups: ReadonlyArray<string>
  readonly resources: ReadonlyArray<string>
  readonly verbs: ReadonlyArray<string>
  readonly resourceNames?: ReadonlyArray<string>
}

export interface HubPermissions {
  /** A Role of its own. Who writes it must hold these rights, or the verb `escalate`. */
  readonly rules?: ReadonlyArray<PolicyRule>
  /** ClusterRoles that exist; who binds them needs the verb `bind` on each. */
  readonly clusterRoles?: ReadonlyArray<string>
}

/**
 * `Lease`: the agent renews a Lease of the add-on's name, and OCM watches that. `Workloads`: each Deployment and
 * DaemonSet is ready. `None`: the add-on says it itself. Else a probe of what the work agent reads.
 */
export type Health = "Lease" | "Workloads" | "None" | HealthProbe

export interface HealthProbe {
  /** What the work agent shall read from an object; undefined for nothing. */
  readonly feedback: (object: KubeObject) => ReadonlyArray<FeedbackRule> | undefined
  readonly judge: (objects: ReadonlyArray<ObjectFeedback>) => HealthVerdict
}

export type FeedbackRule =
  | { readonly type: "WellKnownStatus" }
  | { readonly type: "JSONPaths"; readonly jsonPaths: ReadonlyArray<{ readonly name: string; readonly path: string }> }

/** What the work agent read from one object of the add-on. */
export interface ObjectFeedback {
  readonly group: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly values: ReadonlyArray<FeedbackValue>
}

export interface HealthVerdict {
  readonly healthy: boolean
  readonly message: string
}

/**
 * Something that is done before the add-on goes. Jobs among the manifests can be it too: see `preDeleteAnnotation`; but
 * beside a check of the add-on's own, they are not waited for while the manifests cannot be made.
 */
export interface PreDelete {
  /**
   * Whether there is anything to do on a cluster, by its name; undefined while that is not known. Always when absent.
   * Only then does a finalizer hold the ManagedClusterAddOn: where nobody of ours is left to take it off, it holds the
   * namespace of the cluster, too. Asked whenever something of the cluster changes; `triggers` of the run tell of what
   * the framework cannot see.
   */
  readonly isNeeded?: (cluster: string) => Effect<boolean | undefined>
  /** Whether it is done; what it waits for, if not. It is asked again and again, a last time at the limit. */
  readonly check: (input: {
    readonly cluster: ManagedCluster | undefined
    readonly addOn: ManagedClusterAddOn
  }) => Effect<{ readonly done: boolean; readonly message: string }>
}
