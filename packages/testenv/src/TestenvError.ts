import * as Schema from "effect/Schema"

/** A real part could not be built or started: which, what went wrong, and what to do about it. */
export class TestenvError extends Schema.TaggedError<TestenvError>()("TestenvError", {
  part: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.part}: ${this.problem}`
  }
}
