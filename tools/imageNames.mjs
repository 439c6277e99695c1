/** The images that IMAGE and AGENT_IMAGE name: the agent's is that of the hub controller with -agent when absent. */
export const imageNames = () => {
  const image = process.env.IMAGE ?? ""
  if (image === "") {
    console.error("IMAGE is not set: IMAGE=quay.io/<you>/multicluster-mesh-addon:latest")
    process.exit(2)
  }
  const { repository, tag } = partsOf(image)
  return { hub: image, agent: process.env.AGENT_IMAGE || `${repository}-agent:${tag}` }
}

/** A colon before the last slash belongs to the port of a host. */
export const partsOf = (image) => {
  const [, repository, tag = "latest"] = /^(.+?)(?::([^/:]+))?$/u.exec(image) ?? []
  return { repository, tag }
}
