import { assert, it } from "@effect/vitest"
import { makeKubeSim, simulateOcm } from "@multicluster-mesh/kube-sim"
import { isTrue, ManagedClusterAddOn, resources, type ResourceType } from "@multicluster-mesh/mesh-model"
import {
  connectionTo,
  type KubeApi,
  type KubeObject,
  makeKubeApi,
  type ObjectRef
} from "@multicluster-mesh/ocm-transport"
import { addOnApis, addOnKeys, agentIdentity, kubeClientSigner, specHash } from "@multicluster-mesh/ocm-transport/addon"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { borrowControlPlane } from "../src/borrowControlPlane.ts"
import { makeAuthority, requestCertificate } from "../src/certificates.ts"
import type { ControlPlane } from "../src/ControlPlane.ts"
import { freePort } from "../src/freePort.ts"
import { helmTools } from "../src/HelmTools.ts"
import { startControllers } from "../src/startControllers.ts"
import { startProcess } from "../src/startProcess.ts"
import { installOcm } from "./installOcm.ts"
import { runAgentPod } from "./runAgentPod.ts"
import { startHttpProxy } from "./startHttpProxy.ts"

const root = new URL("../../../", import.meta.url).pathname
const namespace = "multicluster-mesh-addon"
const name = "multicluster-mesh"
const account = `${name}-hub-controller`
const onEast = { namespace: "east", name }
const deployWork = { namespace: "east", name: `addon-${name}-deploy-0` }
const agent = { namespace: "open-cluster-management-agent-addon", name: `${name}-agent` }
const { typeOf } = addOnApis.v1beta1
const managedClusterAddOns = typeOf(resources.managedClusterAddOns)
const clusterManagementAddOns = typeOf(resources.clusterManagementAddOns)
const addOnDeploymentConfigs = typeOf(resources.addOnDeploymentConfigs)

/** A real hub that serves v1beta1 of OCM's add-on API alone, and has our chart with the bundle of a proxy. */
const startHub = Effect.fnUntraced(function* (caBundle: string) {
  const { helm, kubectl } = yield* helmTools
  const plane = yield* borrowControlPlane("addon-api")
  const kubeconfig = join(plane.folder, "kubeconfig")
  writeFileSync(kubeconfig, plane.kubeconfig, { mode: 0o600 })
  const run = (...args: ReadonlyArray<string>) =>
    execFileSync(kubectl, [`--kubeconfig=${kubeconfig}`, ...args], { encoding: "utf8", stdio: "pipe" })
  installOcm(kubectl, kubeconfig, "v1beta1")
  run("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")
  run("create", "namespace", "open-cluster-management")
  const chart = join(root, "deploy/helm/multicluster-mesh-addon")
  const where = [`--kubeconfig=${kubeconfig}`, "--namespace", namespace, "--create-namespace"]
  const values = ["--set=addOn.installStrategy=Manual", `--set=agent.proxy.caBundle=${base64(caBundle)}`]
  execFileSync(helm, ["install", namespace, chart, ...where, ...values], { stdio: "pipe" })
  yield* startControllers(plane, { signsFor: "1 hour" })
  return { plane, run, hub: yield* makeKubeApi(plane.connection) }
})

const base64 = (text: string): string => Buffer.from(text).toString("base64")

/** The real hub controller, with the rights of the chart. */
const startController = Effect.fnUntraced(function* (plane: ControlPlane, token: string) {
  // other suites, before and after, have the folder of the control plane, too
  const folder = join(plane.folder, "addon-api")
  mkdirSync(folder)
  const kubeconfig = join(folder, "kubeconfig")
  const config = { ...JSON.parse(plane.kubeconfig), users: [{ name: "admin", user: { token } }] }
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  const port = yield* freePort
  const controller = yield* startProcess({
    name: "hub-controller",
    command: join(root, "node_modules/.bin/node"),
    folder,
    args: [
      "--conditions=@multicluster-mesh/source",
      join(root, "apps/hub-controller/src/main.ts"),
      `--kubeconfig=${kubeconfig}`,
      `--health-port=${port}`,
      `--addon-namespace=${namespace}`
    ],
    env: { NODE_OPTIONS: "" }
  })
  const answersReady = Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/readyz`)).pipe(
    Effect.filterOrFail((answer) => answer.ok)
  )
  yield* Effect.raceFirst(Effect.retry(answersReady, often), controller.ended)
  return Effect.sync(() => readFileSync(controller.log, "utf8"))
})

const often = Schedule.max([Schedule.spaced("250 millis"), Schedule.recurs(240)])

const find = (api: KubeApi, type: ResourceType, ref: ObjectRef) =>
  Effect.catchReason(api.get(type, ref), "KubeError", "NotFound", () => Effect.undefined)

/** Waits until the object is as `holds` wants it, absent or there. */
const until = (
  api: KubeApi,
  type: ResourceType,
  ref: ObjectRef,
  holds: (found: KubeObject | undefined, text: string) => boolean
) =>
  find(api, type, ref).pipe(
    Effect.filterOrFail(
      (found) => holds(found, JSON.stringify(found ?? null)),
      (found) => new Error(`${type.plural} ${ref.name}: ${JSON.stringify(found)}`)
    ),
    Effect.retry(often)
  )

/** Writes fields of a status as one of OCM's programs does. */
const say = (hub: KubeApi, type: ResourceType, ref: ObjectRef, status: (found: KubeObject) => unknown) =>
  hub.get(type, ref).pipe(
    Effect.flatMap((found) => {
      const { uid, resourceVersion } = found.metadata
      return hub.patch(
        type,
        ref,
        { metadata: { uid, resourceVersion }, status: status(found) },
        { subresource: "status" }
      )
    }),
    Effect.retry(often)
  )

const decodeStatus = Schema.decodeUnknownSync(
  Schema.Struct({ status: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown)) })
)
const fieldOf = (object: KubeObject, field: string): unknown => decodeStatus(object).status?.[field]

const decodeConfigMap = Schema.decodeUnknownSync(Schema.Struct({ data: Schema.Record(Schema.String, Schema.String) }))
const decodeAddOn = Schema.decodeUnknownSync(ManagedClusterAddOn)
const conditionsOf = (addOn: KubeObject) => decodeAddOn(addOnApis.v1beta1.addOnOf(addOn)).status?.conditions ?? []

/** Asks for the certificate of east's agent as the registration agent of east does. */
const askForCertificate = Effect.fnUntraced(function* (plane: ControlPlane, run: (...args: Array<string>) => string) {
  const groups = ["system:open-cluster-management:east", "system:open-cluster-management:managed-clusters"]
  run("create", "clusterrole", "klusterlet", "--verb=create", "--resource=certificatesigningrequests")
  run("create", "clusterrolebinding", "klusterlet", "--clusterrole=klusterlet", `--group=${groups[0]}`)
  const { certificate, key } = yield* Effect.promise(() =>
    plane.authority.signClient("system:open-cluster-management:east:one", groups)
  )
  const klusterlet = yield* makeKubeApi(
    connectionTo(plane.server, { ca: plane.authority.certificate, certificate, key })
  )
  const identity = agentIdentity("east", name)
  const asked = yield* Effect.promise(() => requestCertificate(identity.user, identity.groups))
  yield* Effect.retry(
    klusterlet.create(resources.certificateSigningRequests, {
      apiVersion: resources.apiVersionOf(resources.certificateSigningRequests),
      kind: "CertificateSigningRequest",
      metadata: {
        name: "addon-east",
        labels: { [addOnKeys.addOnNameLabel]: name, [addOnKeys.clusterNameLabel]: "east" }
      },
      spec: {
        request: base64(asked.request),
        signerName: kubeClientSigner,
        usages: ["digital signature", "key encipherment", "client auth"]
      }
    }),
    often
  )
  return asked.key
})

/** What OCM puts into the Secret of the agent's credentials, where the way to the hub leads through a proxy. */
const hubCredentials = ({ authority, server }: ControlPlane, proxyUrl: string, certificate: string, key: string) => ({
  kubeconfig: JSON.stringify({
    clusters: [
      {
        name: "hub",
        cluster: { server, "certificate-authority-data": base64(authority.certificate), "proxy-url": proxyUrl }
      }
    ],
    users: [{ name: "default-auth", user: { "client-certificate": "tls.crt", "client-key": "tls.key" } }],
    contexts: [{ name: "default-context", context: { cluster: "hub", user: "default-auth" } }],
    "current-context": "default-context"
  }),
  "tls.crt": certificate,
  "tls.key": key
})

it.live("a hub that serves v1beta1 alone has the add-on from its chart to its end, through a proxy with TLS", () =>
  Effect.gen(function* () {
    const authority = yield* Effect.promise(() => makeAuthority("proxies"))
    const proxy = yield* startHttpProxy({ authority })
    const { hub, plane, run } = yield* startHub(authority.certificate)
    const definition = yield* hub.get(clusterManagementAddOns, { name })
    assert.include(JSON.stringify(definition["spec"]), `"defaultConfigs":[{"group":"${clusterManagementAddOns.group}"`)
    const log = yield* startController(plane, run("create", "token", account, "-n", namespace).trim())
    assert.include(yield* log, "speaks addon.open-cluster-management.io/v1beta1")

    const sim = yield* makeKubeSim({ name: "east" })
    const east = yield* makeKubeApi(sim.connection)
    const ocm = yield* simulateOcm({
      hub,
      clusters: [{ name: "east", api: east }],
      addOnApi: "v1beta1",
      delays: { statusSync: Duration.millis(500) }
    })

    // OCM's add-on manager: which configuration, and on which cluster in which state
    const { group, plural: resource } = addOnDeploymentConfigs
    const desired = { namespace, name: `${name}-default` }
    yield* say(hub, clusterManagementAddOns, { name }, () => ({
      defaultConfigReferences: [{ group, resource, desiredConfig: desired }]
    }))
    const hash = specHash(yield* hub.get(addOnDeploymentConfigs, desired))
    yield* until(hub, clusterManagementAddOns, { name }, (_, text) => text.includes(`"specHash":"${hash}"`))
    const configured = {
      type: "Configured",
      status: "True",
      reason: "ConfigurationsConfigured",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z"
    }
    yield* say(hub, managedClusterAddOns, onEast, (found) => ({
      conditions: [...conditionsOf(found), configured],
      configReferences: [{ group, resource, desiredConfig: { ...desired, specHash: hash } }]
    }))

    // OCM's registration agent: writes the driver into what is ours, and asks for a certificate
    const identity = agentIdentity("east", name)
    const registration = { type: "kubeClient", kubeClient: { subject: { ...identity } } }
    const registered = yield* until(hub, managedClusterAddOns, onEast, (_, text) => text.includes('"registrations"'))
    assert.deepStrictEqual(registered && fieldOf(registered, "registrations"), [registration])
    const withDriver = { ...registration, kubeClient: { ...registration.kubeClient, driver: "csr" } }
    yield* say(hub, managedClusterAddOns, onEast, () => ({ registrations: [withDriver] }))
    const key = yield* askForCertificate(plane, run)
    const signed = yield* until(hub, resources.certificateSigningRequests, { name: "addon-east" }, (_, text) =>
      text.includes('"certificate":')
    )
    const certificate = Buffer.from(String(signed && fieldOf(signed, "certificate")), "base64").toString()

    // the kubelet of the cluster, which can reach the hub only through a proxy with TLS
    const deployment = yield* until(east, resources.deployments, agent, (found) => found !== undefined)
    const bundle = { namespace: agent.namespace, name: `${name}-proxy-ca` }
    const { data } = decodeConfigMap(yield* until(east, resources.configMaps, bundle, (found) => found !== undefined))
    const running = yield* runAgentPod(
      deployment ?? definition,
      join(plane.folder, "addon-api/agent"),
      sim.kubeconfig,
      {
        hub: hubCredentials(plane, proxy.url, certificate, key),
        "proxy-ca-bundle": data
      }
    )
    const reported = until(hub, resources.meshAgents, onEast, (_, text) => text.includes('"report":'))
    yield* Effect.raceFirst(reported, running.ended)
    assert.include(proxy.asked, new URL(plane.server).host)
    for (const type of ["RegistrationApplied", "ManifestApplied", "Available"]) {
      yield* until(hub, managedClusterAddOns, onEast, (found) => isTrue(found && conditionsOf(found), type))
    }
    const living = yield* hub.get(managedClusterAddOns, onEast)
    assert.deepStrictEqual(fieldOf(living, "registrations"), [withDriver])

    // its end: what it owns is found by the garbage collector
    yield* ocm.setAddOnInstalled("east", false)
    yield* until(hub, resources.manifestWorks, deployWork, (found) => found === undefined)
    yield* until(east, resources.deployments, agent, (found) => found === undefined)
    const { items } = yield* hub.list(resources.roleBindings, { namespace: "east" })
    assert.deepStrictEqual(items, [])

    const calls = (yield* plane.calls).filter(({ user }) => user.username.endsWith(`:${account}`))
    const refused = calls.filter(({ responseStatus }) => responseStatus?.code === 403)
    assert.deepStrictEqual(refused, [])
    const elsewhere = calls.filter(({ requestURI }) => requestURI.startsWith(`/apis/${group}/v1alpha1/`))
    assert.deepStrictEqual(elsewhere, [])
    assert.notMatch(yield* log, /forbidden|unknown field/iu)
  }).pipe(Effect.scoped)
)
