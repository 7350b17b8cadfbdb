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

/** Cuts bytes into lines (LF or CRLF); memory is bounded by `limit`, in bytes per line. */
export async function* readLines(bytes: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Line> {
  let number = 1
  let parts: Buffer[] = []
  let length = 0
  const hold = (part: Buffer): void => {
    length += part.length
    if (length <= limit) parts.push(part)
    else parts = [Buffer.concat(parts).subarray(0, keptOfTooLong)]
  }
  for await (const chunk of bytes) {
    let from = 0
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
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

function lineOf(number: number, parts: Buffer[], tooLong: boolean, ended: boolean): Line {
  const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  const bytes = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole
  return { number, bytes, tooLong, ended }
}
