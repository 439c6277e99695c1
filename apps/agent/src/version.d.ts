/** Version of the agent, as it reports it to the hub. */
export declare const agentVersion = "0.1.0";
//# sourceMappingURL=version.d.ts.map