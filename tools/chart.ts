// Writes the rights of the hub controller into the chart, from the list in its code; with --check says whether they differ.
import { type Right, hubRights, hubRightsInAddonNamespace } from "../apps/hub-controller/src/hubRights.ts"
import { writeGenerated } from "./writeGenerated.ts"

const text = (rights: ReadonlyArray<Right>): string =>
  [
    "# Made from apps/hub-controller/src/hubRights.ts by `npm run chart`; do not edit.",
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
