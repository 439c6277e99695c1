import { byText, resources, type ClusterReport } from "@multicluster-mesh/mesh-model"
import type { ClusterSnapshot } from "../ClusterSnapshot.ts"
import type { Problems } from "../Problems.ts"
import { snapshotApis, snapshotKinds } from "../snapshotKinds.ts"

// a kind that we neither read nor deliver would only make the report longer
const ourKinds = new Set(
  [...snapshotKinds.map(({ type }) => type), ...resources.delivered].map(
    (type) => `${resources.apiVersionOf(type)} ${type.kind}`
  )
)

/** The kinds of service meshes and operators that the cluster serves. */
export const reportApis = (snapshot: ClusterSnapshot, problems: Problems): ClusterReport["apis"] =>
  snapshotApis.toSorted(byText).flatMap((apiVersion) => {
    const state = snapshot.apis[apiVersion] ?? { _tag: "Unknown", message: "not read yet" }
    if (state._tag === "Unknown") {
      problems.push(`${apiVersion}: ${state.message}`)
      return []
    }
    const kinds = [...new Set(state.kinds)].filter((kind) => ourKinds.has(`${apiVersion} ${kind}`))
    return kinds.length === 0 ? [] : [{ apiVersion, kinds: kinds.sort(byText) }]
  })
