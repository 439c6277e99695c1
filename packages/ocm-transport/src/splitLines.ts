const newline = 10

/**
 * Returns a function that takes chunks and calls `onLine` for each complete line in them, whatever the borders of
 * the chunks: a line that began in an earlier chunk is joined, an unfinished one is kept.
 */
export const splitLines = (onLine: (line: string) => void): ((chunk: Buffer) => void) => {
  let pending: Array<Buffer> = []
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const last = chunk.subarray(start, end)
      const line = pending.length === 0 ? last : Buffer.concat([...pending, last])
      pending = []
      start = end + 1
      // a whole line at a time: a character of several bytes may lie across two chunks
      if (line.length > 0) onLine(line.toString("utf8"))
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
  }
}
