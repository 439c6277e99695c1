/** The fields of `value` that are there, for a spread: a key without a value is no JSON. */
export const present = <A extends object>(value: { readonly [K in keyof A]: A[K] | undefined }): Partial<A> => {
  const there: Partial<A> = {}
  for (const key in value) {
    const field = value[key]
    if (field !== undefined) there[key] = field
  }
  return there
}
