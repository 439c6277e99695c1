export { makeNarrator, type Narrator } from "./Narrator.ts"
export { takeItAllAway, tellTheStory } from "./story.ts"
export { makeWorld, type World } from "./World.ts"
