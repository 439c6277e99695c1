/** What a long-running program shows of itself; an entry of its own, for formatting metrics loads much. */
export { PortUnavailable, serveHealth } from "./serveHealth.ts"
