/** Version of the agent, as it reports it to the hub. */
export const agentVersion = "0.1.0"
