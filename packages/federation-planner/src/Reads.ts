/**
 * Who has read what. A value that was worked out is good for as long as nothing of it has changed that it has read, so
 * reads are noted while it is worked out: nobody has to list what a function depends on, and nobody can forget anything.
 */

/** Something that can be read: a fact of the state, or a value that was worked out from facts. */
export interface Source {
  readers: Set<Reader> | undefined
  /** Brings the value up to date, for a value that was worked out. */
  readonly refresh?: () => void
}

/** Something that reads while it is worked out. */
export interface Reader extends Source {
  /** `Unsure`: something that a source of it has read changed; the source itself may nevertheless be what it was. */
  standing: "Fresh" | "Unsure" | "Outdated"
  sources: Array<Source>
}

let current: Reader | undefined

/** Notes that what is being worked out now reads `source`. */
export const noteRead = (source: Source): void => {
  if (current === undefined || source.readers?.has(current)) return
  source.readers ??= new Set()
  source.readers.add(current)
  current.sources.push(source)
}

/** Works something out, and notes its reads in place of the earlier ones. */
export const noteReads = <A>(reader: Reader, work: () => A): A => {
  for (const source of reader.sources) source.readers?.delete(reader)
  reader.sources = []
  const outer = current
  current = reader
  const value = work()
  current = outer
  reader.standing = "Fresh"
  return value
}

/** Tells who has read `source` that it is another value now. */
export const tellReaders = ({ readers }: Source): void => {
  for (const reader of readers ?? []) {
    const told = reader.standing !== "Fresh"
    reader.standing = "Outdated"
    if (!told) makeUnsure(reader)
  }
}

const makeUnsure = ({ readers }: Source): void => {
  for (const reader of readers ?? []) {
    if (reader.standing !== "Fresh") continue
    reader.standing = "Unsure"
    makeUnsure(reader)
  }
}

/** Whether all that `reader` has read is what it was. */
export const isFresh = (reader: Reader): boolean => {
  if (reader.standing === "Unsure") {
    for (const source of reader.sources) {
      source.refresh?.()
      // a source that has changed has told so
      if (hasBeenTold(reader)) return false
    }
    reader.standing = "Fresh"
  }
  return reader.standing === "Fresh"
}

const hasBeenTold = ({ standing }: Reader): boolean => standing === "Outdated"
