import { noteRead, type Source, tellReaders } from "./Reads.ts"

/** Answers to questions about the state: who has asked one minds only when its answer changes. */
export interface AskedFacts<A> {
  readonly ask: (question: string) => A
  /** Asks again what was asked, of a state that is another one now. */
  readonly askAgain: () => void
}

/** Makes facts by question; `answer` gives the answer of the moment. */
export const makeAskedFacts = <A>(answer: (question: string) => A): AskedFacts<A> => {
  const asked = new Map<string, Source & { value: A }>()
  return {
    ask: (question) => {
      const known = asked.get(question) ?? { readers: undefined, value: answer(question) }
      asked.set(question, known)
      noteRead(known)
      return known.value
    },
    askAgain: () => {
      for (const [question, known] of asked) {
        const value = answer(question)
        if (value === known.value) continue
        known.value = value
        tellReaders(known)
      }
    }
  }
}
