/** One line of a file, without its line end. */
export interface Line {
  /** From 1. */
  readonly number: number
  /** Its bytes; of a line above the limit only the first 16 KiB, and `tooLong` is set. */
  readonly bytes: Buffer
  readonly tooLong: boolean
  /** False for a last line without a line end: the file may have been cut there. */
  readonly ended: boolean
}

const newline = 0x0a
const keptOfTooLong = 16 * 1024

/**
 * Cuts bytes into lines (LF or CRLF), or at another byte; memory is bounded by `limit`, in bytes per line.
 */
export async function* readLines(
  bytes: AsyncIterable<Buffer>,
  limit: number,
  separator = newline,
): AsyncGenerator<Line> {
  const lineOf = separator === newline ? textLine : pieceOf
  let number = 1
  let parts: Buffer[] = []
  let length = 0
  const hold = (part: Buffer): void => {
    length += part.length
    if (length <= limit) parts.push(part)
    else parts = [Buffer.concat([...parts, part.subarray(0, keptOfTooLong)]).subarray(0, keptOfTooLong)]
  }
  for await (const chunk of bytes) {
    let from = 0
    for (let to = chunk.indexOf(separator); to >= 0; to = chunk.indexOf(separator, from)) {
      hold(chunk.subarray(from, to))
      yield lineOf(number, parts, length > limit, true)
      number++
      from = to + 1
      parts = []
      length = 0
    }
    if (from < chunk.length) hold(chunk.subarray(from))
  }
  if (length > 0) yield lineOf(number, parts, length > limit, false)
}

function textLine(number: number, parts: Buffer[], tooLong: boolean, ended: boolean): Line {
  const line = pieceOf(number, parts, tooLong, ended)
  return line.bytes.at(-1) === 0x0d ? { ...line, bytes: line.bytes.subarray(0, -1) } : line
}

function pieceOf(number: number, parts: Buffer[], tooLong: boolean, ended: boolean): Line {
  return { number, bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts), tooLong, ended }
}
