import { globSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { parse } from "yaml"
import type { ClusterSnapshot, ContentState, KindState, Look, NamespaceContents } from "@multicluster-mesh/discovery"
import { contentKinds, snapshotApis, snapshotKinds } from "@multicluster-mesh/discovery"
import {
  hashOf,
  type CertificateFacts,
  type KubeObject,
  type MeshAgentSpec,
  type ObjectIdentity
} from "@multicluster-mesh/mesh-model"

/** Written as a list of objects, `NotServed`, or why it is unknown. */
type Written = ReadonlyArray<KubeObject> | "NotServed" | { readonly unknown: string }

interface WrittenCase {
  readonly cluster?: string
  readonly asked?: Partial<MeshAgentSpec>
  /** Kinds and APIs that a case does not write are known and empty. */
  readonly kinds?: Readonly<Record<string, Written>>
  readonly apis?: Readonly<Record<string, ReadonlyArray<string> | { readonly unknown: string }>>
  readonly objects?: ReadonlyArray<ObjectIdentity & { readonly look: Look; readonly fresh?: boolean }>
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, Written | "Hidden">>>>
}

export interface Case {
  readonly cluster: string
  readonly asked: MeshAgentSpec
  readonly snapshot: ClusterSnapshot
}

const stateOf = (written: Written | undefined): KindState =>
  written === "NotServed"
    ? { _tag: "NotServed" }
    : written !== undefined && "unknown" in written
      ? { _tag: "Unknown", message: written.unknown }
      : { _tag: "Known", objects: written ?? [] }

const contentOf = (written: Written | "Hidden" | undefined): ContentState =>
  written === "Hidden" ? { _tag: "Hidden" } : stateOf(written)

/** The cases in `testdata`. */
export const caseNames: ReadonlyArray<string> = globSync("testdata/*.in.yaml", { cwd: import.meta.dirname })
  .map((file) => basename(file, ".in.yaml"))
  .sort()

export const readCase = (name: string): Case => {
  const text = readFileSync(new URL(`testdata/${name}.in.yaml`, import.meta.url), "utf8")
  const { cluster = "east", asked, kinds, apis, objects = [], namespaces = {} }: WrittenCase = parse(text)
  const snapshot: ClusterSnapshot = {
    kinds: Object.fromEntries(snapshotKinds.map(({ name }) => [name, stateOf(kinds?.[name])])),
    apis: Object.fromEntries(
      snapshotApis.map((apiVersion) => {
        const written = apis?.[apiVersion] ?? []
        return [
          apiVersion,
          "unknown" in written ? { _tag: "Unknown", message: written.unknown } : { _tag: "Known", kinds: written }
        ]
      })
    ),
    objects,
    namespaces: Object.entries(namespaces).map(([namespace, contents]): NamespaceContents => ({
      namespace,
      kinds: Object.fromEntries(contentKinds.map(({ kind }) => [kind, contentOf(contents[kind])]))
    }))
  }
  return { cluster, asked: { fleetId: "fleet-1", ...asked }, snapshot }
}

/** Reads what passes for a certificate in the cases. */
export const certificateFacts = (pem: string): CertificateFacts | undefined =>
  pem.includes("UNREADABLE")
    ? undefined
    : {
        subject: "CN=root",
        issuer: "CN=root",
        serialNumber: "01",
        fingerprint: hashOf(pem, 64),
        notBefore: "2026-01-01T00:00:00Z",
        notAfter: "2036-01-01T00:00:00Z",
        isCA: true,
        uris: [],
        dnsNames: []
      }
