/** Version of the hub controller. */
export const hubVersion = "0.1.0"
