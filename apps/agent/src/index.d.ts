export { type AgentOptions, runAgent } from "./runAgent.ts";
export { agentVersion } from "./version.ts";
//# sourceMappingURL=index.d.ts.map