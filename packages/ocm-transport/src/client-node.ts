/** What needs `@kubernetes/client-node`; an entry of its own, so that the agent's bundle can leave it out. */
export { clientNodeConnection } from "./clientNodeConnection.ts"
