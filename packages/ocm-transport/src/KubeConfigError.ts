import * as Schema from "effect/Schema"

/** Address or credentials of an API server cannot be read: which file, and what is wrong in it. */
export class KubeConfigError extends Schema.TaggedError<KubeConfigError>()("KubeConfigError", {
  file: Schema.String,
  /** The place in the file, for example `users[admin].client-key`. */
  field: Schema.optionalKey(Schema.String),
  problem: Schema.String,
  /** Whether the file is sound, and asks for something that other code may know. */
  unsupported: Schema.optionalKey(Schema.Literal(true))
}) {
  override get message() {
    return this.field === undefined ? `${this.file}: ${this.problem}` : `${this.file}: ${this.field}: ${this.problem}`
  }
}
