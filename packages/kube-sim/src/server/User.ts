import type { IncomingMessage } from "node:http"
import { TLSSocket } from "node:tls"
import type { TlsOptions } from "./serve.ts"

/** Who makes a request. */
export interface User {
  readonly name: string
  readonly groups: ReadonlyArray<string>
}

/** Everyone, where clients need not say who they are. */
export const admin: User = { name: "kube-sim", groups: ["system:masters", "system:authenticated"] }

/**
 * The user of a request: the subject of its client certificate, where the server asks for one; undefined when it has
 * none that the server trusts.
 */
export const userOf = ({ socket }: IncomingMessage, tls: TlsOptions | undefined): User | undefined => {
  if (tls?.clientCa === undefined) return admin
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  return { name: textsOf(subject.CN)[0] ?? "", groups: [...textsOf(subject.O), "system:authenticated"] }
}

const textsOf = (value: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  value === undefined ? [] : typeof value === "string" ? [value] : value
