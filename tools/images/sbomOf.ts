import { pins } from "./baseLibraries.ts"
import type { BundledPackage } from "./bundle.ts"
import { nodeVersion } from "./nodeBinary.ts"

/**
 * Returns a CycloneDX bill of what is in an image, and nothing else: packages that are installed here but left out of
 * the bundle are no part of it. Without a time and a serial number, so that the same image has the same bill.
 */
export const sbomOf = (app: string, version: string, packages: ReadonlyArray<BundledPackage>): string => {
  const npm = packages.map(({ name, version, licence }) => ({
    type: "library",
    "bom-ref": `npm/${name}@${version}`,
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    licenses: [{ expression: licence }]
  }))
  const debian = pins().map(({ name, version, architecture, sha256, licence }) => ({
    type: "library",
    "bom-ref": `deb/${name}@${version}/${architecture}`,
    name,
    version,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=debian-12`,
    hashes: [{ alg: "SHA-256", content: sha256 }],
    licenses: [{ expression: licence }]
  }))
  const node = {
    type: "application",
    "bom-ref": "node",
    name: "node",
    version: nodeVersion(),
    purl: `pkg:generic/node@${nodeVersion()}`,
    licenses: [{ license: { id: "MIT" } }]
  }
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: { type: "container", "bom-ref": app, name: `multicluster-mesh-${app}`, version },
      lifecycles: [{ phase: "build" }]
    },
    components: [node, ...debian, ...npm]
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}
