import type { CertificateAnswer } from "@multicluster-mesh/federation-planner"
import { certificateFacts } from "@multicluster-mesh/ocm-transport"
import * as Result from "effect/Result"

/** What the first certificate of `pem` is: a root that is being replaced is followed by its successor. */
export const readCertificate = (pem: string): CertificateAnswer => {
  const result = certificateFacts(pem)
  if (Result.isFailure(result)) return { _tag: "Unreadable", problem: result.failure.problem }
  const [facts] = result.success
  return facts === undefined ? { _tag: "Unreadable", problem: "no certificate in it" } : { _tag: "Facts", facts }
}
