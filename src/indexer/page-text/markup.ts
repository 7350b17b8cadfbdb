import { SlipError } from '../../errors/slip-error.ts'

/** An element as it is opened; valid until the handler returns. */
export interface Tag {
  /** The raw value of an attribute by its local name, references as written; null where there is none. */
  attribute(name: string): string | null
}

export interface MarkupHandlers {
  /** `name` is the local name: prefixes and namespaces differ from maker to maker, and so do their versions. */
  open(name: string, tag: Tag): void
  close?(name: string): void
  /** Character data in pieces, references as written; `literal` for that of a CDATA section, which has none. */
  text?(raw: string, literal: boolean): void
}

export interface MarkupOptions {
  /**
   * HTML as OCR programs write it: elements need not be closed, and a `<` that begins nothing is text. Otherwise the
   * file is XML, and what is not well-formed is an error.
   */
  readonly lenient?: boolean
}

// As in METS: without a bound a file of nothing but `<a>` fills the memory.
const deepest = 200
const mostAttributes = 200

/**
 * Goes through the markup of a page: a string with one character for each byte of UTF-8 (`latin1`). Nothing in markup
 * is outside ASCII, so the structure is found without decoding, and a value is the bytes that stand in the file.
 *
 * Why not saxen: for each element it makes an object of all attributes, and of the ten of a word in ALTO one is wanted.
 * Throws PAGE_UNREADABLE with the line when XML is not well-formed or has a DOCTYPE with declarations.
 */
export function walkMarkup(markup: string, handlers: MarkupHandlers, options: MarkupOptions = {}): void {
  new MarkupWalk(markup, handlers, options.lenient ?? false).run()
}

class MarkupWalk implements Tag {
  readonly #markup: string
  readonly #handlers: MarkupHandlers
  readonly #lenient: boolean
  readonly #open: string[] = []
  // Where the values of the tag in hand begin and end: pairs.
  readonly #values = new Int32Array(mostAttributes * 2)
  #valueCount = 0
  // Length of the prefix of the name in hand, colon included.
  #prefix = 0
  #rootSeen = false
  // What is not to be found from here on: looked for once, not once for each tag.
  readonly #absent = new Set<string>()

  constructor(markup: string, handlers: MarkupHandlers, lenient: boolean) {
    this.#markup = markup
    this.#handlers = handlers
    this.#lenient = lenient
  }

  run(): void {
    const markup = this.#markup
    let at = 0
    while (at < markup.length) {
      const start = markup.indexOf('<', at)
      const end = start < 0 ? markup.length : start
      if (end > at) this.#text(at, end)
      if (start < 0) break
      at = this.#tagAt(start)
    }
    if (this.#lenient) return
    if (this.#open.length > 0) this.#refuse(`<${this.#open.at(-1)}> is not closed`, markup.length)
    if (!this.#rootSeen) this.#refuse('it has no element', 0)
  }

  attribute(name: string): string | null {
    const markup = this.#markup
    const last = name.charCodeAt(name.length - 1)
    for (let index = 0; index < this.#valueCount; index++) {
      const value = this.#values[index * 2]!
      // Nearly always the name stands before `="`, and a look at its last character tells.
      let end = value - 3
      if (markup.charCodeAt(end) !== last) {
        if (markup.charCodeAt(value - 2) === equals && !isBlank(markup.charCodeAt(end))) continue
        end = this.#nameEnd(value - 2)
        if (markup.charCodeAt(end) !== last) continue
      }
      const start = end + 1 - name.length
      if (!markup.startsWith(name, start)) continue
      const before = markup.charCodeAt(start - 1)
      if (isBlank(before) || before === colon) return markup.slice(value, this.#values[index * 2 + 1])
    }
    return null
  }

  /** Where the name ends whose `=`, with blanks around it, is at `at` or before. */
  #nameEnd(at: number): number {
    const markup = this.#markup
    let end = at
    while (isBlank(markup.charCodeAt(end))) end--
    if (markup.charCodeAt(end) !== equals) return end
    end--
    while (isBlank(markup.charCodeAt(end))) end--
    return end
  }

  #text(from: number, to: number): void {
    if (this.#handlers.text !== undefined && (this.#lenient || this.#open.length > 0)) {
      this.#handlers.text(this.#markup.slice(from, to), false)
    } else if (!this.#lenient && this.#open.length === 0 && this.#markup.slice(from, to).trim() !== '') {
      this.#refuse('there is text outside the root element', from)
    }
  }

  /** Deals with what begins with the `<` at `start`; answers where to go on. */
  #tagAt(start: number): number {
    const next = this.#markup.charCodeAt(start + 1)
    if (next === bang || next === question) return this.#declaration(start)
    const nameAt = next === slash ? start + 2 : start + 1
    if (!this.#isNameStart(this.#markup.charCodeAt(nameAt))) return this.#notATag(start, 'a < begins no element')
    const end = this.#endOfTag(nameAt)
    if (end < 0) return this.#notATag(start, 'a tag does not end')
    if (next === slash) this.#close(nameAt, end)
    else this.#opened(nameAt, end)
    return end + 1
  }

  #opened(nameAt: number, end: number): void {
    const isEmpty = this.#markup.charCodeAt(end - 1) === slash
    const name = this.#nameAt(nameAt, isEmpty ? end - 1 : end)
    if (!this.#lenient) {
      if (this.#open.length === 0 && this.#rootSeen) this.#refuse('it has two root elements', nameAt)
      if (!isEmpty && this.#open.push(name) > deepest) {
        this.#refuse(`elements are nested deeper than ${deepest}`, nameAt)
      }
    }
    this.#rootSeen = true
    const local = this.#prefix === 0 ? name : name.slice(this.#prefix)
    this.#handlers.open(local, this)
    if (isEmpty) this.#handlers.close?.(local)
  }

  #close(nameAt: number, end: number): void {
    const name = this.#nameAt(nameAt, end)
    if (!this.#lenient) {
      const open = this.#open.pop()
      if (open !== name) this.#refuse(`</${name}> closes ${open === undefined ? 'nothing' : `<${open}>`}`, nameAt)
    }
    this.#handlers.close?.(this.#prefix === 0 ? name : name.slice(this.#prefix))
  }

  #isNameStart(code: number): boolean {
    return isLetter(code) || (!this.#lenient && (code === underscore || code > 0x7f))
  }

  #nameAt(at: number, end: number): string {
    const markup = this.#markup
    this.#prefix = 0
    let to = at
    for (; to < end; to++) {
      const code = markup.charCodeAt(to)
      if (isBlank(code)) break
      if (code === colon) this.#prefix = to + 1 - at
    }
    return markup.slice(at, to)
  }

  /** Where the `>` of a tag is, past the values in quotes, whose places are kept; -1 when there is none. */
  #endOfTag(from: number): number {
    const markup = this.#markup
    this.#valueCount = 0
    for (let at = from; at < markup.length; at++) {
      const code = markup.charCodeAt(at)
      if (code === greater) return at
      if (code === less && this.#lenient) return -1
      if (code !== doubleQuote && code !== singleQuote) continue
      const quote = code === doubleQuote ? '"' : "'"
      // In XML the first that is not to be found is the end of it.
      const end = this.#lenient ? this.#find(quote, at + 1) : markup.indexOf(quote, at + 1)
      if (end < 0) {
        if (this.#lenient) continue
        return -1
      }
      if (this.#valueCount < mostAttributes) {
        this.#values[this.#valueCount * 2] = at + 1
        this.#values[this.#valueCount * 2 + 1] = end
        this.#valueCount++
      } else if (!this.#lenient) this.#refuse(`an element has more than ${mostAttributes} attributes`, at)
      at = end
    }
    return -1
  }

  #declaration(start: number): number {
    const markup = this.#markup
    if (markup.startsWith('<!--', start)) {
      const end = this.#find('-->', start + 4)
      // A page where somebody's `<!--` was read as text: a comment that swallows words is none.
      if (end >= 0 && !(this.#lenient && /ocrx?_/.test(markup.slice(start, end)))) return end + 3
      return this.#notATag(start, 'a comment does not end')
    }
    if (markup.startsWith('<![CDATA[', start)) {
      const end = this.#find(']]>', start + 9)
      if (end < 0) return this.#notATag(start, 'a CDATA section does not end')
      this.#handlers.text?.(markup.slice(start + 9, end), true)
      return end + 3
    }
    if (markup.charCodeAt(start + 1) === question) {
      const end = this.#lenient && start > 0 ? -1 : this.#find('?>', start + 2)
      return end < 0 ? this.#notATag(start, 'a processing instruction does not end') : end + 2
    }
    if (!/^<!doctype\b/i.test(markup.slice(start, start + 10))) return this.#notATag(start, 'a < begins no element')
    const end = this.#find('>', start)
    if (end < 0) return this.#notATag(start, 'a DOCTYPE does not end')
    if (markup.slice(start, end).includes('[')) this.#refuse('a DOCTYPE with declarations is not accepted', start)
    return end + 1
  }

  #notATag(start: number, reason: string): number {
    if (!this.#lenient) this.#refuse(reason, start)
    this.#text(start, start + 1)
    return start + 1
  }

  #find(what: string, from: number): number {
    if (this.#absent.has(what)) return -1
    const at = this.#markup.indexOf(what, from)
    if (at < 0) this.#absent.add(what)
    return at
  }

  #refuse(reason: string, at: number): never {
    throw pageUnreadable(reason, this.#markup, at)
  }
}

/** The error of a page file that cannot be read; `at` is where in it. */
export function pageUnreadable(reason: string, markup: string, at: number, cause?: unknown): SlipError {
  let line = 1
  for (let end = markup.indexOf('\n'); end >= 0 && end < at; end = markup.indexOf('\n', end + 1)) line++
  const message = `The page file is not readable: ${reason} (line ${line}).`
  return new SlipError('PAGE_UNREADABLE', message, { place: { line }, cause })
}

const equals = 0x3d
const colon = 0x3a
const bang = 0x21
const question = 0x3f
const slash = 0x2f
const less = 0x3c
const greater = 0x3e
const underscore = 0x5f
const doubleQuote = 0x22
const singleQuote = 0x27

const isBlank = (code: number): boolean => code === 0x20 || (code > 8 && code < 14)

const isLetter = (code: number): boolean => (code > 0x60 && code < 0x7b) || (code > 0x40 && code < 0x5b)
