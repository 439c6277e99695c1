/** Compares by UTF-16 code units: the same order on every machine and in every locale. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Makes an order of values from an order of the texts that `text` gives for them. */
export const byKey =
  <A>(text: (value: A) => string) =>
  (a: A, b: A): number =>
    byText(text(a), text(b))
