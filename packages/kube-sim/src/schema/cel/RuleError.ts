/** A rule cannot be compiled; `exprId` is the part of it that is at fault. */
export class RuleError extends Error {
  readonly exprId: bigint

  constructor(message: string, exprId: bigint) {
    super(message)
    this.exprId = exprId
  }
}

/** The message with the place in the rule, as cel-go writes it. */
export const located = (message: string, rule: string, offset: number): string => {
  const spaces = /^\s*/u.exec(rule.slice(offset))?.[0].length ?? 0
  const before = rule.slice(0, offset + spaces).split("\n")
  const column = before.at(-1)?.length ?? 0
  const line = rule.split("\n")[before.length - 1] ?? ""
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${".".repeat(column)}^`
}
