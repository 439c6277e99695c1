const words =
  "true false null in as break const continue else for function if import let loop package namespace return var void while"
const reserved = new Set(words.split(" "))

const escapes: Readonly<Record<string, string>> = {
  __underscores__: "__",
  __dot__: ".",
  __dash__: "-",
  __slash__: "/"
}

/**
 * Turns a name as a rule writes it (`self.__namespace__`, `self.east__dash__west`) into the field it means.
 *
 * Source: apiserver `pkg/cel/escaping.go`; since Kubernetes 1.32 reserved words are also accepted as they are.
 */
export const fieldOfName = (name: string): string => {
  const word = /^__([a-z]+)__$/u.exec(name)?.[1]
  if (word !== undefined && reserved.has(word)) return word
  return name.replaceAll(/__(?:underscores|dot|dash|slash)__/gu, (escape) => escapes[escape] ?? escape)
}
