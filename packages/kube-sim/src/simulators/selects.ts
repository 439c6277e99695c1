import { dataAt, listAt, textAt, textsAt } from "./fields.ts"

/** Whether a metav1.LabelSelector selects these labels. */
export const selects = (selector: unknown, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(dataAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value) &&
  listAt(selector, "matchExpressions").every((expression) => {
    const value = labels[textAt(expression, "key") ?? ""]
    const values = textsAt(expression, "values")
    switch (textAt(expression, "operator")) {
      case "In":
        return value !== undefined && values.includes(value)
      case "NotIn":
        return value === undefined || !values.includes(value)
      case "Exists":
        return value !== undefined
      case "DoesNotExist":
        return value === undefined
      default:
        return false
    }
  })
