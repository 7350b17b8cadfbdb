import { deepest, tooDeep } from './nesting.ts'

/**
 * Cuts a JSON document that may be larger than memory into its records: the objects of an array, of a Solr answer
 * (`response.docs`), or one after the other. Only brackets and strings are followed; JSON.parse has the last word.
 *
 * A broken object must not take its neighbours with it. JSON strings hold no raw line ends and a bracket has few legal
 * predecessors, so damage shows soon; reading then goes back to the start of the broken object and on to the next place
 * that looks like the start of a record: `{"` after a `}` or at the start of a line. Inside ht_json, which is JSON in a
 * string, the quote is escaped, so records do not look like that within.
 */

/** A run of bytes that should be one record. */
export interface Piece {
  /** Line of the document, from 1, where it starts. */
  readonly line: number
  /** All of it; of a broken one the first 16 KiB. */
  readonly bytes: Buffer
  /** Why it is not one object; null when its brackets match. */
  readonly problem: string | null
}

const [newline, quote, backslash, comma, colon] = [0x0a, 0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const isBlank = (byte: number): boolean => byte === 0x20 || byte === newline || byte === 0x0d || byte === 0x09

const keptOfBroken = 16 * 1024
const truncated = 'the file ends before its JSON does'

export class ObjectScanner {
  readonly #maxBytes: number
  #mode: 'between' | 'object' | 'envelope' | 'seek' = 'between'
  #chunk: Buffer = Buffer.alloc(0)
  #at = 0
  /** Where the current object starts in the chunk; what came of it in earlier chunks is in `parts`. */
  #from = 0
  #parts: Buffer[] = []
  #held = 0
  /** Open brackets; records lie at depth `base`: 0 one after the other, 1 in an array, 3 in a Solr answer. */
  #stack: number[] = []
  #base = 0
  #inString = false
  #escaped = false
  #previous = 0
  #line = 1
  #startLine = 1
  #problem = ''
  /** While seeking: 0 anywhere, 1 after `}` or at the start of a line, 2 after the `{` that follows. */
  #seen: 0 | 1 | 2 = 0
  #afterComma = false
  #tail = 0
  #braceLine = 1
  /** Where it is in the chunk; -1 in one before. */
  #braceAt = -1
  /** The last string and the keys above the current value, as far as they tell a Solr answer. */
  #string = ''
  #keys: string[] = []

  /** @param maxBytes Larger objects are reported, not kept. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  *push(chunk: Buffer): Generator<Piece> {
    this.#chunk = chunk
    this.#at = 0
    this.#from = 0
    this.#braceAt = -1
    yield* this.#run()
    if (this.#mode === 'object' || this.#mode === 'seek') this.#hold()
  }

  /** Call once, at the end of the file. */
  *end(): Generator<Piece> {
    this.#chunk = Buffer.alloc(0)
    this.#at = 0
    this.#from = 0
    while (this.#mode === 'object') {
      this.#breakOff(truncated)
      yield* this.#run()
    }
    if (this.#mode === 'seek') yield { line: this.#startLine, bytes: this.#taken(), problem: this.#problem }
    else if (this.#stack.length > 0) yield { line: this.#line, bytes: Buffer.alloc(0), problem: truncated }
  }

  *#run(): Generator<Piece> {
    while (this.#at < this.#chunk.length) {
      const piece = this.#mode === 'between' ? this.#between() : this.#mode === 'seek' ? this.#seek() : this.#inside()
      if (piece !== null) yield piece
    }
  }

  #between(): null {
    const byte = this.#chunk[this.#at]!
    if (byte === newline) this.#line++
    if (byte === openBrace) this.#start(this.#at, this.#line)
    else if (byte === openBracket && this.#base === 0) {
      this.#stack.push(byte)
      this.#base = 1
    } else if (byte === closeBracket && this.#base > 0) {
      this.#stack.pop()
      if (this.#base === 3) this.#mode = 'envelope'
      this.#base = 0
    } else if (!isBlank(byte) && byte !== comma) {
      this.#from = this.#at
      this.#startLine = this.#line
      this.#seekNext('what stands here is not a JSON object')
      this.#afterComma = true
    }
    this.#at++
    return null
  }

  #start(from: number, line: number): void {
    this.#mode = 'object'
    this.#from = from
    this.#startLine = line
    this.#stack.push(openBrace)
    this.#previous = openBrace
    this.#keys = []
  }

  #inside(): Piece | null {
    while (this.#at < this.#chunk.length) {
      if (this.#inString) {
        if (this.#readString()) continue
        if (this.#mode === 'object') return this.#breakOff('a string is not closed')
      }
      const byte = this.#chunk[this.#at++]!
      if (byte === newline) this.#line++
      if (isBlank(byte)) continue
      const problem = this.#significant(byte)
      if (problem !== null && this.#mode === 'object') return this.#breakOff(problem)
      this.#previous = byte
      if (this.#mode === 'between') return null
      if (this.#stack.length === this.#base) return this.#complete()
    }
    const tooLarge = this.#mode === 'object' && this.#held + this.#at - this.#from > this.#maxBytes
    return tooLarge ? this.#breakOff(`it is larger than ${this.#maxBytes} bytes`) : null
  }

  /** Reads to the end of the string or of the chunk; false when a control character shows that it is not closed. */
  #readString(): boolean {
    const chunk = this.#chunk
    const watched = this.#base === 0 && this.#stack.length <= 2
    for (let at = this.#at; at < chunk.length; at++) {
      const byte = chunk[at]!
      if (byte < 0x20 || (byte === quote && !this.#escaped)) {
        this.#inString = false
        this.#at = byte === quote ? at + 1 : at
        return byte === quote
      }
      this.#escaped = byte === backslash && !this.#escaped
      if (watched && this.#string.length < 10) this.#string += String.fromCharCode(byte)
    }
    this.#at = chunk.length
    return true
  }

  /** Takes a byte that is neither blank nor in a string; the problem when it cannot stand here. */
  #significant(byte: number): string | null {
    const inObject = this.#stack.at(-1) === openBrace
    const previous = this.#previous
    const startsValue = inObject ? previous === colon : previous === openBracket || previous === comma
    if (byte === quote) {
      this.#inString = true
      this.#escaped = false
      this.#string = ''
      const startsKey = inObject && (previous === openBrace || previous === comma)
      return startsValue || startsKey ? null : 'a comma or a colon is missing'
    }
    if (byte === openBrace || byte === openBracket) return startsValue ? this.#open(byte) : 'a bracket is out of place'
    if (byte === closeBrace || byte === closeBracket) {
      if (inObject !== (byte === closeBrace)) return 'its brackets do not match'
      this.#stack.pop()
    } else if (byte === colon) this.#keys[this.#stack.length] = this.#string
    return null
  }

  #open(byte: number): string | null {
    // keeps what is read again after damage to a small multiple
    if (this.#stack.length === deepest) return tooDeep
    this.#stack.push(byte)
    const isAnswer = this.#base === 0 && this.#stack.length === 3 && byte === openBracket && this.#mode === 'object'
    if (isAnswer && this.#keys[1] === 'response' && this.#keys[2] === 'docs') {
      this.#base = 3
      this.#mode = 'between'
      this.#forget()
    }
    return null
  }

  #complete(): Piece | null {
    const wasObject = this.#mode === 'object'
    this.#mode = 'between'
    return wasObject ? { line: this.#startLine, bytes: this.#taken(), problem: null } : null
  }

  /** Goes back to the start of the current object, to seek the next one from there. */
  #breakOff(problem: string): null {
    const rest = this.#chunk.subarray(this.#from)
    // not copied where it need not be: of damage all along each would copy the rest of the chunk
    this.#chunk = this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest])
    this.#forget()
    this.#from = 0
    this.#at = 1
    this.#line = this.#startLine
    this.#seekNext(problem)
    return null
  }

  #seekNext(problem: string): void {
    this.#mode = 'seek'
    this.#problem = problem
    this.#seen = 0
    this.#afterComma = false
    this.#tail = 0
    this.#stack.length = this.#base
    this.#inString = false
  }

  #seek(): Piece | null {
    for (; this.#at < this.#chunk.length; this.#at++) {
      const byte = this.#chunk[this.#at]!
      if (byte === quote && this.#seen === 2) return this.#found()
      if (byte === newline) this.#line++
      const boundary = byte === newline || (byte === comma && this.#afterComma)
      if (byte === openBrace && this.#seen === 1) {
        this.#seen = 2
        this.#braceLine = this.#line
        this.#braceAt = this.#at
      } else if (byte === closeBrace || (boundary && this.#seen === 0)) {
        this.#seen = 1
        this.#tail = -1
      } else if (!isBlank(byte) && !(byte === comma && this.#seen === 1)) this.#seen = 0
      this.#tail++
    }
    return null
  }

  #found(): Piece {
    const taken = this.#taken()
    const bytes = taken.length < keptOfBroken ? taken.subarray(0, Math.max(1, taken.length - this.#tail)) : taken
    const piece = { line: this.#startLine, bytes, problem: this.#problem }
    if (this.#braceAt < 0) {
      // The line ends after the brace are kept: the lines are counted again should this one be broken too.
      const opening = Buffer.from(`{${'\n'.repeat(this.#line - this.#braceLine)}`)
      this.#parts = [opening]
      this.#held = opening.length
    }
    this.#start(this.#braceAt < 0 ? this.#at : this.#braceAt, this.#braceLine)
    return piece
  }

  #hold(): void {
    const room = this.#mode === 'seek' ? Math.max(0, keptOfBroken - this.#held) : Number.POSITIVE_INFINITY
    const part = this.#chunk.subarray(this.#from, Math.min(this.#chunk.length, this.#from + room))
    if (part.length > 0) this.#parts.push(part)
    this.#held += part.length
  }

  #taken(): Buffer {
    const rest = this.#chunk.subarray(this.#from, this.#at)
    const bytes = this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest])
    this.#forget()
    return this.#mode === 'seek' ? bytes.subarray(0, keptOfBroken) : bytes
  }

  #forget(): void {
    this.#parts = []
    this.#held = 0
  }
}
