/**
 * Who has read what. A value that was worked out is good for as long as nothing of it has changed that it has read, so
 * reads are noted while it is worked out: nobody has to list what a function depends on, and nobody can forget anything.
 */

/** Something that can be read: a fact of the state, or a value that was worked out from facts. */
export interface Source {
  readers: Set<Reader> | undefined
  /** Number of the run that has read it last. */
  seenIn?: number
  /** Brings the value up to date, for a value that was worked out. */
  readonly refresh?: () => void
}

/** Something that reads while it is worked out. */
export interface Reader extends Source {
  /** `Unsure`: something that a source of it has read changed; the source itself may nevertheless be what it was. */
  standing: "Fresh" | "Unsure" | "Outdated"
  sources: Array<Source>
}

/** What is being worked out now; most of it reads the same as the time before, and then nothing has to be noted. */
interface Run {
  readonly number: number
  readonly reader: Reader
  /** How many of the reader's sources have been read again. */
  again: number
}

let current: Run | undefined
let runs = 0

/** Notes that what is being worked out now reads `source`. */
export const noteRead = (source: Source): void => {
  if (current === undefined || source.seenIn === current.number) return
  source.seenIn = current.number
  const { again, reader } = current
  current.again += 1
  if (reader.sources[again] === source) return
  forgetFrom(reader, again)
  reader.sources.push(source)
  source.readers ??= new Set()
  source.readers.add(reader)
}

/** Works something out, and notes its reads in place of the earlier ones. */
export const noteReads = <A>(reader: Reader, work: () => A): A => {
  const outer = current
  runs += 1
  const run = { number: runs, reader, again: 0 }
  current = run
  try {
    const value = work()
    forgetFrom(reader, run.again)
    reader.standing = "Fresh"
    return value
  } finally {
    // also after a bug: what is read later is not this reader's
    current = outer
  }
}

/** Forgets all sources but the first `count`; one of them may be among these as well. */
const forgetFrom = (reader: Reader, count: number): void => {
  if (reader.sources.length === count) return
  const gone = reader.sources.splice(count)
  const stays = new Set(reader.sources)
  for (const source of gone) if (!stays.has(source)) source.readers?.delete(reader)
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
