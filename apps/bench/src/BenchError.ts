import * as Schema from "effect/Schema"

/** Something could not be measured. */
export class BenchError extends Schema.TaggedError<BenchError>()("BenchError", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}
