import { parser } from "@prometheus-io/lezer-promql"
import type { Family } from "./Exposition.ts"

type Node = ReturnType<typeof parser.parse>["topNode"]

/** What an expression in Prometheus' query language asks for, held against the metrics that there are. */
export interface Reading {
  /** What is wrong with it; empty when Prometheus has an answer. */
  readonly problems: ReadonlyArray<string>
  /** Names of the metrics that it reads. */
  readonly metrics: ReadonlyArray<string>
  /** Labels that its answer has. */
  readonly labels: ReadonlySet<string>
}

/** Functions of which each element of the answer has the labels of an element of the argument. */
const overTime = new Set(["rate", "increase"])
const elementwise = new Set([...overTime, "absent"])

/** Reads an expression with Prometheus' own grammar. Of the language it knows what our rules and panels use. */
export const readPromql = (expression: string, families: ReadonlyArray<Family>): Reading => {
  const problems: Array<string> = []
  const metrics: Array<string> = []
  const textOf = (node: Node) => expression.slice(node.from, node.to)
  const problem = (what: string): ReadonlySet<string> => {
    problems.push(what)
    return new Set()
  }

  /** The labels of what a part of the expression gives. */
  const labelsOf = (node: Node): ReadonlySet<string> => {
    switch (node.name) {
      case "VectorSelector":
        return selected(node).labels
      case "MatrixSelector":
        return labelsOf(childOf(node, "VectorSelector"))
      case "ParenExpr":
        return labelsOf(lastOf(node))
      case "NumberDurationLiteral":
        return new Set()
      case "BinaryExpr":
        return combined(node)
      case "AggregateExpr":
        return aggregated(node)
      case "FunctionCall":
        return called(node)
      default:
        return problem(`${node.name} is not known here: ${textOf(node)}`)
    }
  }

  const selected = (node: Node) => {
    const series = textOf(childOf(node, "Identifier"))
    metrics.push(series)
    const family = families.find(({ name, type }) => type !== "histogram" && name === series)
    const histogram = families.find(({ name, type }) => type === "histogram" && partsOf(name).includes(series))
    const found = family ?? histogram
    if (found === undefined) return { type: undefined, labels: problem(`there is no ${series}`) }
    for (const matcher of node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []) {
      checkMatcher(matcher, series, found)
    }
    const le = series.endsWith("_bucket") ? ["le"] : []
    return { type: found.type, labels: new Set([...found.labels.keys(), ...le]) }
  }

  const checkMatcher = (matcher: Node, series: string, { labels }: Family) => {
    const label = textOf(childOf(matcher, "LabelName"))
    const operator = textOf(childOf(matcher, "MatchOp"))
    const value = textOf(childOf(matcher, "StringLiteral")).slice(1, -1)
    const pattern = new RegExp(`^(?:${value})$`, "u")
    const isAsked = (one: string) => (operator.endsWith("~") ? pattern.test(one) : one === value)
    const values = labels.get(label)
    if (values === undefined) problem(`${series} has no label ${label}`)
    else if (![...values].some(isAsked)) problem(`${series} has no ${label} that is ${value}`)
  }

  const aggregated = (node: Node): ReadonlySet<string> => {
    const inner = labelsOf(lastOf(childOf(node, "FunctionCallBody")))
    const modifier = node.getChild("AggregateModifier")
    if (modifier === null) return new Set()
    if (modifier.getChild("By") === null) return problem(`only "by" is known here: ${textOf(modifier)}`)
    const by = childOf(modifier, "GroupingLabels").getChildren("LabelName").map(textOf)
    for (const label of by) if (!inner.has(label)) problem(`nothing has the label ${label} in ${textOf(node)}`)
    return new Set(by)
  }

  const called = (node: Node): ReadonlySet<string> => {
    const name = textOf(childOf(node, "FunctionIdentifier"))
    const argument = lastOf(childOf(node, "FunctionCallBody"))
    const inner = labelsOf(argument)
    if (overTime.has(name) && argument.name !== "MatrixSelector") problem(`${name} wants a range: ${textOf(node)}`)
    if (overTime.has(name) && isGauge(argument)) problem(`${name} of a gauge: ${textOf(node)}`)
    if (elementwise.has(name)) return inner
    if (name !== "histogram_quantile") return problem(`${name} is not known here`)
    if (!inner.has("le")) problem(`no label le is left: ${textOf(node)}`)
    return new Set([...inner].filter((label) => label !== "le"))
  }

  const isGauge = (argument: Node): boolean => {
    const series = argument.getChild("VectorSelector")?.getChild("Identifier")
    return families.some(({ name, type }) => type === "gauge" && series && name === textOf(series))
  }

  /** A comparison with a number keeps the labels; two vectors meet in elements of the same labels. */
  const combined = (node: Node): ReadonlySet<string> => {
    const sides = [node.firstChild, node.lastChild].filter((side) => side !== null)
    const [left = new Set<string>(), ...others] = sides
      .filter(({ name }) => name !== "NumberDurationLiteral")
      .map((side) => labelsOf(side))
    const isSame = others.every((right) => right.size === left.size && [...right].every((label) => left.has(label)))
    if (!isSame && node.getChild("Or") === null) problem(`both sides must have the same labels: ${textOf(node)}`)
    return left
  }

  const tree = parser.parse(expression)
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError && problems.length === 0)
        problems.push(`syntax, at ${from}: ${expression.slice(from, from + 20)}`)
    }
  })
  if (problems.length > 0) return { problems, metrics, labels: new Set() }
  const labels = labelsOf(lastOf(tree.topNode))
  return { problems, metrics, labels }
}

/** The series that Prometheus makes of a histogram. */
const partsOf = (histogram: string): ReadonlyArray<string> =>
  ["bucket", "sum", "count"].map((part) => `${histogram}_${part}`)

const childOf = (node: Node, name: string): Node => {
  const child = node.getChild(name)
  if (child === null) throw new Error(`${node.name} without ${name}`)
  return child
}

const lastOf = (node: Node): Node => {
  if (node.lastChild === null) throw new Error(`${node.name} is empty`)
  return node.lastChild
}
