import * as Schema from "effect/Schema"

/** The add-on cannot be taken away; what its administrator can do about it. */
export class UninstallRefused extends Schema.TaggedError<UninstallRefused>()("UninstallRefused", {
  problem: Schema.String
}) {
  override get message() {
    return this.problem
  }
}
