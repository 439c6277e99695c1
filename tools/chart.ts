// Writes the rights of the hub controller, and of what uninstalls it, into the chart, from the lists in its code; with
// --check says whether they differ.
import { hubRights, hubRightsInAddonNamespace } from "../apps/hub-controller/src/hubRights.ts"
import type { Right } from "../apps/hub-controller/src/Right.ts"
import {
  uninstallRights,
  uninstallRightsInAddonNamespace
} from "../apps/hub-controller/src/uninstall/uninstallRights.ts"
import { writeGenerated } from "./writeGenerated.ts"

const text = (rights: ReadonlyArray<Right>, source = "hubRights.ts"): string =>
  [
    `# Made from apps/hub-controller/src/${source} by \`npm run chart\`; do not edit.`,
    ...rights.flatMap(({ why, apiGroups, resources, verbs, resourceNames }) => [
      `# ${why}`,
      `- apiGroups: ${JSON.stringify(apiGroups)}`,
      `  resources: ${JSON.stringify(resources)}`,
      ...(resourceNames === undefined ? [] : [`  resourceNames: ${JSON.stringify(resourceNames)}`]),
      `  verbs: ${JSON.stringify(verbs)}`
    ]),
    ""
  ].join("\n")

const files = "deploy/helm/multicluster-mesh-addon/files"
writeGenerated(`${files}/hub-rights.yaml`, text(hubRights), "npm run chart")
writeGenerated(`${files}/hub-rights-in-addon-namespace.yaml`, text(hubRightsInAddonNamespace), "npm run chart")
const source = "uninstall/uninstallRights.ts"
writeGenerated(`${files}/uninstall-rights.yaml`, text(uninstallRights, source), "npm run chart")
writeGenerated(
  `${files}/uninstall-rights-in-addon-namespace.yaml`,
  text(uninstallRightsInAddonNamespace, source),
  "npm run chart"
)
