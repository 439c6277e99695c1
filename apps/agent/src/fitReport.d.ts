import type { ClusterReport } from "@multicluster-mesh/mesh-model";
/**
 * Cuts a report that is too large to be stored, and says so: the part that lost entries is no longer complete, so
 * what is missing is unknown, not absent. The same report is always cut the same way.
 */
export declare const fitReport: (report: ClusterReport, max?: number) => ClusterReport;
//# sourceMappingURL=fitReport.d.ts.map