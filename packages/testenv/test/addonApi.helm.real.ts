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
import { makeCertificateRequest } from "../src/certificates.ts"
import type { ControlPlane } from "../src/ControlPlane.ts"
import { freePort } from "../src/freePort.ts"
import { helmTools } from "../src/HelmTools.ts"
import { startControllers } from "../src/startControllers.ts"
import { startProcess } from "../src/startProcess.ts"
import { installOcm } from "./installOcm.ts"

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

/** A real hub that serves v1beta1 of OCM's add-on API alone, and has our chart. */
const startHub = Effect.gen(function* () {
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
  execFileSync(helm, ["install", namespace, chart, ...where, "--set=addOn.installStrategy=Manual"], { stdio: "pipe" })
  yield* startControllers(plane, { signsFor: "1 hour" })
  return { plane, run, hub: yield* makeKubeApi(plane.connection) }
})

/** The real hub controller, with the rights of the chart. */
const startController = Effect.fnUntraced(function* (plane: ControlPlane, token: string) {
  const folder = join(plane.folder, "hub-controller")
  mkdirSync(folder)
  const kubeconfig = join(folder, "kubeconfig")
  const config = { ...JSON.parse(plane.kubeconfig), users: [{ name: "admin", user: { token } }] }
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  const port = yield* freePort
  const controller = yield* startProcess({
    name: "hub-controller",
    command: join(root, "node_modules/.bin/node"),
    folder: plane.folder,
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
  const request = yield* Effect.promise(() => makeCertificateRequest(identity.user, identity.groups))
  yield* Effect.retry(
    klusterlet.create(resources.certificateSigningRequests, {
      apiVersion: resources.apiVersionOf(resources.certificateSigningRequests),
      kind: "CertificateSigningRequest",
      metadata: {
        name: "addon-east",
        labels: { [addOnKeys.addOnNameLabel]: name, [addOnKeys.clusterNameLabel]: "east" }
      },
      spec: {
        request: Buffer.from(request).toString("base64"),
        signerName: kubeClientSigner,
        usages: ["digital signature", "key encipherment", "client auth"]
      }
    }),
    often
  )
})

it.live("a hub that serves v1beta1 alone has the add-on from its chart to its end", () =>
  Effect.gen(function* () {
    const { hub, plane, run } = yield* startHub
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
    yield* askForCertificate(plane, run)
    yield* until(hub, resources.certificateSigningRequests, { name: "addon-east" }, (_, text) =>
      text.includes('"certificate":')
    )

    yield* until(east, resources.deployments, agent, (found) => found !== undefined)
    for (const type of ["RegistrationApplied", "ManifestApplied", "Available"]) {
      yield* until(hub, managedClusterAddOns, onEast, (found) => isTrue(found && conditionsOf(found), type))
    }
    const living = yield* hub.get(managedClusterAddOns, onEast)
    assert.deepStrictEqual(fieldOf(living, "registrations"), [withDriver])
    yield* until(hub, resources.meshAgents, onEast, (found) => found !== undefined)

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
