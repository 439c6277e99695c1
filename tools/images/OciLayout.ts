import { createHash } from "node:crypto"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import type { Entry } from "./Entry.ts"
import { tarOf } from "./tarOf.ts"

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface Layer {
  readonly bytes: Uint8Array
  /** Digest of what is in it, uncompressed. */
  readonly diffId: string
}

export interface Platform {
  readonly architecture: "amd64" | "arm64"
  readonly layers: ReadonlyArray<Layer>
}

export interface ImageConfig {
  readonly User: string
  readonly Env: ReadonlyArray<string>
  readonly Entrypoint: ReadonlyArray<string>
  readonly WorkingDir: string
  readonly ExposedPorts: Readonly<Record<string, object>>
  readonly Labels: Readonly<Record<string, string>>
}

export interface OciLayout {
  /** Writes the image for all platforms under one name, and returns its digest. */
  readonly finish: (name: string, platforms: ReadonlyArray<Platform>, config: ImageConfig) => string
}

const media = (kind: string) => `application/vnd.oci.image.${kind}`
const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`
/** As old as time: when an image was built says nothing that its digest does not. */
const created = "1970-01-01T00:00:00Z"

/** Starts an empty OCI image layout in a folder; what was there is gone. */
export const makeOciLayout = (path: string): OciLayout => {
  rmSync(path, { recursive: true, force: true })
  mkdirSync(join(path, "blobs/sha256"), { recursive: true })
  const write = (mediaType: string, bytes: Uint8Array): Descriptor => {
    const digest = digestOf(bytes)
    writeFileSync(join(path, "blobs", digest.replace(":", "/")), bytes)
    return { mediaType, digest, size: bytes.length }
  }
  const writeJson = (kind: string, value: unknown) => write(media(kind), Buffer.from(JSON.stringify(value)))

  const writeManifest = ({ architecture, layers }: Platform, config: ImageConfig) => {
    const configDescriptor = writeJson("config.v1+json", {
      created,
      architecture,
      os: "linux",
      config,
      rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map(() => ({ created, created_by: "npm run images" }))
    })
    const manifest = writeJson("manifest.v1+json", {
      schemaVersion: 2,
      mediaType: media("manifest.v1+json"),
      config: configDescriptor,
      layers: layers.map(({ bytes }) => write(media("layer.v1.tar+gzip"), bytes))
    })
    return { ...manifest, platform: { architecture, os: "linux" } }
  }

  return {
    finish: (name, platforms, config) => {
      const index = writeJson("index.v1+json", {
        schemaVersion: 2,
        mediaType: media("index.v1+json"),
        manifests: platforms.map((platform) => writeManifest(platform, config))
      })
      const annotations = { "org.opencontainers.image.ref.name": name }
      writeFileSync(join(path, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }))
      writeFileSync(
        join(path, "index.json"),
        JSON.stringify({ schemaVersion: 2, mediaType: media("index.v1+json"), manifests: [{ ...index, annotations }] })
      )
      return index.digest
    }
  }
}

/** Packs what a layer holds. */
export const layerOf = (entries: ReadonlyArray<Entry>): Layer => {
  const tar = tarOf(entries)
  const bytes = gzipSync(tar)
  bytes[9] = 255 // the system that packed it: unknown, on all of them
  return { bytes, diffId: digestOf(tar) }
}
