/** A record of MARCXML as it stands in the file. */
export interface RecordText {
  /** Line of the file, from 1, where it begins. */
  readonly line: number
  /** Of a record that is too large, or not closed, only the beginning. */
  readonly bytes: Buffer
  /** Why it is no whole record, as the end of a sentence; null for one that is. */
  readonly problem: string | null
  /** What stands before it in the record of OAI-PMH that it is in. */
  readonly envelope?: Buffer
}

const newline = 0x0a
/** So far back a tag that is not whole yet is looked for at the end of a chunk. */
const longestTag = 4096
const keptOfBroken = 16 * 1024
const mayBeEmpty = new Set(['collection', 'OAI-PMH'])
const fieldNames = new Set(['leader', 'controlfield', 'datafield', 'subfield'])
const notClosed = 'it is not closed before the next one begins'

/**
 * Cuts MARCXML into its records, in memory bounded by `limit`, in bytes per record. Each is parsed for itself: what is
 * broken in one cannot reach the next. A record in an OAI envelope, which is called record too, is the inner one.
 */
export class RecordCutter {
  readonly #limit: number
  #rest: Buffer = Buffer.alloc(0)
  #line = 1
  /** Of the record in hand; null between records. */
  #parts: Buffer[] | null = null
  #length = 0
  #envelope: Buffer | null = null
  #startLine = 1
  /** The name of the first element, and whether it was closed: what is not, was cut. */
  #root: string | null = null
  #isRootClosed = false
  #sawRecord = false
  /** Line of fields that stand in no record: the tag before them is damaged. */
  #stray: number | null = null

  constructor(limit: number) {
    this.#limit = limit
  }

  *push(chunk: Buffer): Generator<RecordText> {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const last = data.lastIndexOf('<')
    const isOpen = last >= 0 && data.length - last < longestTag && !data.includes('>', last)
    const end = isOpen ? last : data.length
    this.#rest = data.subarray(end)
    yield* this.#take(data.subarray(0, end))
  }

  /** What is wrong with how the file ends. */
  *end(): Generator<RecordText> {
    yield* this.#take(this.#rest)
    yield* this.#tellStray()
    if (this.#parts !== null) yield this.#broken('the file ends in the middle of it')
    else if (!this.#isRootClosed) yield this.#flaw('the file ends before its root element does')
    else if (!this.#sawRecord && !mayBeEmpty.has(this.#root ?? '')) yield this.#flaw('the file is no MARCXML')
  }

  #flaw(problem: string): RecordText {
    return { line: this.#line, bytes: Buffer.alloc(0), problem }
  }

  *#take(data: Buffer): Generator<RecordText> {
    // One character for each byte: places in the text are places in the bytes.
    const text = data.toString('latin1')
    const tags = /<(\/?)(?:[\w.-]+:)?([A-Za-z][\w.-]*)(?=[\s>/])[^>]*>?/g
    let from = 0
    for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
      const [whole, slash, name] = tag
      const isClosing = slash === '/'
      if (name !== 'record') {
        if (this.#isStray(name as string)) this.#stray ??= this.#line + linesIn(data.subarray(from, tag.index))
        this.#seeRoot(name as string, isClosing)
      } else if (!isClosing) {
        this.#hold(data.subarray(from, tag.index))
        yield* this.#tellStray()
        if (this.#parts !== null && !this.#isEnvelope()) yield this.#broken(notClosed)
        this.#begin()
        from = tag.index
      } else if (this.#parts !== null) {
        this.#hold(data.subarray(from, tag.index + whole.length))
        from = tag.index + whole.length
        yield this.#whole()
      }
    }
    this.#hold(data.subarray(from))
  }

  #isStray(name: string): boolean {
    return this.#parts === null && fieldNames.has(name)
  }

  *#tellStray(): Generator<RecordText> {
    if (this.#stray === null) return
    yield { line: this.#stray, bytes: Buffer.alloc(0), problem: 'its fields stand outside of a record' }
    this.#stray = null
  }

  #seeRoot(name: string, isClosing: boolean): void {
    if (this.#parts !== null) return
    if (!isClosing) this.#root ??= name
    else if (name === this.#root) this.#isRootClosed = true
  }

  #begin(): void {
    if (this.#root === null) this.#isRootClosed = true
    this.#root ??= 'record'
    this.#sawRecord = true
    this.#envelope = this.#parts === null ? null : Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    this.#startLine = this.#line
  }

  #hold(bytes: Buffer): void {
    this.#line += linesIn(bytes)
    if (this.#parts === null) return
    this.#length += bytes.length
    if (this.#length <= this.#limit) this.#parts.push(bytes)
    else this.#parts = [Buffer.concat(this.#parts).subarray(0, keptOfBroken)]
  }

  #isEnvelope(): boolean {
    return (
      this.#length < keptOfBroken &&
      /<(?:[\w.-]+:)?metadata[\s>]/.test(Buffer.concat(this.#parts ?? []).toString('latin1'))
    )
  }

  #whole(): RecordText {
    if (this.#length > this.#limit) return this.#broken(`it is larger than ${this.#limit} bytes`)
    const record = { line: this.#startLine, bytes: Buffer.concat(this.#parts ?? []), problem: null }
    const envelope = this.#envelope
    this.#parts = null
    return envelope === null ? record : { ...record, envelope }
  }

  #broken(problem: string): RecordText {
    const bytes = Buffer.concat(this.#parts ?? []).subarray(0, keptOfBroken)
    this.#parts = null
    return { line: this.#startLine, bytes, problem }
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) lines++
  return lines
}
