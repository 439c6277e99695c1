import { describe, expect, it } from "vitest"
import type { OperatorReport } from "@multicluster-mesh/mesh-model"
import { knowledgeOf } from "../src/Knowledge.ts"
import { operatorWait } from "../src/providers/maistra/operators.ts"
import { clusterOf, hubWith, reportOf } from "@multicluster-mesh/federation-planner/testing"

const subscription = (given: Partial<OperatorReport> = {}): OperatorReport => ({
  package: "servicemeshoperator",
  namespace: "openshift-operators",
  name: "servicemeshoperator",
  approval: "Automatic",
  state: "UpgradePending",
  ...given
})

const reasonOf = (...operators: ReadonlyArray<OperatorReport>): string | undefined =>
  operatorWait(
    knowledgeOf(hubWith({ clusters: [clusterOf("east", reportOf({ operators }))] }), "east"),
    "servicemeshoperator"
  )?.reason

const other = (given: Partial<OperatorReport>) => subscription({ package: "kiali-ossm", name: "kiali-ossm", ...given })

describe("an operator that does not run yet", () => {
  it("is being installed while its approval is automatic", () => {
    expect(reasonOf(subscription())).toBe("OperatorInstalling")
    expect(reasonOf(subscription({ message: "InstallPlanPending: Installing" }))).toBe("OperatorInstalling")
    expect(
      reasonOf(
        subscription({ installedCSV: "a.v2", phase: "Installing", message: "openshift-operators/a.v2 is Installing" })
      )
    ).toBe("OperatorInstalling")
  })

  it("waits for a person when its own or a neighbour's approval is manual", () => {
    expect(reasonOf(subscription({ approval: "Manual" }))).toBe("WaitingForApproval")
    expect(reasonOf(subscription(), other({ approval: "Manual" }))).toBe("WaitingForApproval")
    expect(reasonOf(subscription(), other({ approval: "Manual", namespace: "elsewhere" }))).toBe("OperatorInstalling")
  })

  it("waits for a person when OLM says so, whoever made approval manual", () => {
    expect(reasonOf(subscription({ message: "InstallPlanPending: RequiresApproval" }))).toBe("WaitingForApproval")
  })

  it.each([
    { phase: "Failed" },
    { state: "UpgradeFailed" },
    { state: "", message: "ResolutionFailed: ConstraintsNotSatisfiable: no such channel" }
  ])("has failed by %o", (given) => {
    expect(reasonOf(subscription(given))).toBe("OperatorFailed")
  })
})
