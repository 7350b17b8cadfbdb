import { bang, colon, greater, isBlank, isEndOfName, isLetter, question, slash, underscore } from './characters.ts'
import type { MarkupHandlers, MarkupOptions, Piece, Tag } from './handlers.ts'
import { assertName, localName, type Name, Names, type Telling } from './names.ts'
import { type Declaration, Scope } from './scope.ts'
import { TagAttributes } from './tag-attributes.ts'

// Without a bound a file of nothing but `<a>` fills the memory; a METS file of ours is 12 levels deep.
const deepest = 200

/**
 * Goes through markup from `<` to `<`. Its structure is ASCII, so it is found without decoding: a page is given as a string
 * with one character for each byte (`latin1`), and a value is the bytes that stand in the file.
 *
 * Why not saxen: for each element it makes an object of all attributes, and of the ten of a word in ALTO one is wanted.
 * Throws what `unreadable` makes, when XML is not well-formed or has a DOCTYPE with declarations. Of attributes nobody
 * asks for only the quotes are looked at.
 */
export function walkMarkup(markup: string, handlers: MarkupHandlers, options: MarkupOptions): void {
  new MarkupWalk(markup, handlers, options).run()
}

/** The line of a place in a text, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++
  return line
}

class MarkupWalk implements Tag, Piece {
  at = 0
  literal = false
  readonly #markup: string
  readonly #handlers: MarkupHandlers
  readonly #lenient: boolean
  readonly #unreadable: MarkupOptions['unreadable']
  /** Elements that are open, outermost first. */
  readonly #open: Name[] = []
  readonly #attributes: TagAttributes
  #textEnd = 0
  /** Of the name that was read last. */
  #hash = 0
  #rootSeen = false
  #names: Names
  #scope: Scope | null
  /** Scopes around the one in hand, with the depth at which each ends. */
  readonly #scopes: { readonly depth: number; readonly outer: Scope }[] = []
  /** Where the next namespace is declared. */
  #declared: number
  // What is not to be found from here on: looked for once, not once for each tag.
  readonly #absent = new Set<string>()

  constructor(markup: string, handlers: MarkupHandlers, { lenient = false, namespaces, unreadable }: MarkupOptions) {
    this.#markup = markup
    this.#handlers = handlers
    this.#lenient = lenient
    this.#unreadable = unreadable
    this.#attributes = new TagAttributes(markup, (reason) => this.#refuse(reason, this.at))
    this.#scope = namespaces === undefined ? null : new Scope(namespaces, (reason) => this.#refuse(reason, this.at))
    this.#declared = namespaces === undefined ? -1 : markup.indexOf(xmlns)
    this.#names = this.#scope?.names ?? new Names(lenient ? localName : this.#checkedName)
  }

  run(): void {
    const markup = this.#markup
    let at = 0
    while (at < markup.length) {
      const start = markup.indexOf('<', at)
      const end = start < 0 ? markup.length : start
      if (end > at) this.#text(at, end, false)
      if (start < 0) break
      at = this.#tagAt(start)
    }
    if (this.#lenient) return
    if (this.#open.length > 0) this.#refuse(`<${this.#open.at(-1)!.raw}> is not closed`, markup.length)
    if (!this.#rootSeen) this.#refuse('it has no element', 0)
  }

  get raw(): string {
    return this.#markup.slice(this.at, this.#textEnd)
  }

  attribute(name: string): string | null {
    if (this.#scope === null) return this.#byLocalName(name)
    if (!name.includes(':')) return this.#exactly(name)
    for (const written of this.#scope.written(name)) {
      const value = this.#exactly(written)
      if (value !== null) return value
    }
    return null
  }

  #byLocalName(name: string): string | null {
    for (let index = 0; index < this.#attributes.count; index++) {
      const before = this.#attributes.before(index, name)
      if (before === colon || isBlank(before)) return this.#attributes.value(index)
    }
    return null
  }

  #exactly(name: string): string | null {
    let found = -1
    for (let index = 0; index < this.#attributes.count; index++) {
      if (!isBlank(this.#attributes.before(index, name))) continue
      if (found >= 0) this.#refuse(`attribute ${name} is there twice`, this.at)
      found = index
    }
    return found < 0 ? null : this.#attributes.value(found)
  }

  #text(from: number, to: number, literal: boolean): void {
    const isInside = this.#lenient || this.#open.length > 0
    if (!isInside) {
      if (literal || this.#markup.slice(from, to).trim() !== '') {
        this.#refuse('there is text outside the root element', from)
      }
      return
    }
    if (this.#handlers.text === undefined) return
    this.at = from
    this.#textEnd = to
    this.literal = literal
    this.#handlers.text(this)
  }

  /** Deals with what begins with the `<` at `start`; answers where to go on. */
  #tagAt(start: number): number {
    this.at = start
    const next = this.#markup.charCodeAt(start + 1)
    if (next === slash) return this.#closingTag(start)
    if (next === bang || next === question) return this.#declaration(start)
    if (!this.#isNameStart(next)) return this.#notATag(start, 'a < begins no element')
    const nameEnd = this.#nameEnd(start + 1)
    const hash = this.#hash
    const end = this.#lenient ? this.#attributes.readLenient(nameEnd) : this.#attributes.read(nameEnd)
    if (end < 0) return this.#notATag(start, 'a tag does not end')
    this.#opened(nameEnd, hash, end)
    return end + 1
  }

  #opened(nameEnd: number, hash: number, end: number): void {
    const nameAt = this.at + 1
    const isEmpty = this.#markup.charCodeAt(end - 1) === slash
    const isDeclaring = this.#declared >= 0 && this.#declared < end
    if (isDeclaring) this.#enterScope(end)
    const name = this.#names.of(this.#markup, nameAt, nameEnd, hash)
    if (!this.#lenient) {
      if (this.#open.length === 0 && this.#rootSeen) this.#refuse('it has two root elements', nameAt)
      this.#open.push(name)
      if (this.#open.length > deepest) this.#refuse(`elements are nested deeper than ${deepest}`, nameAt)
    }
    this.#rootSeen = true
    this.#handlers.open(name.told, this)
    if (isEmpty) this.#closed(this.#lenient ? name : this.#open.pop()!)
  }

  #closed(name: Name): void {
    this.#handlers.close?.(name.told)
    if (this.#scopes.length > 0 && this.#scopes.at(-1)!.depth > this.#open.length) this.#leaveScope()
  }

  #closingTag(start: number): number {
    const markup = this.#markup
    const nameAt = start + 2
    if (this.#lenient) {
      if (!this.#isNameStart(markup.charCodeAt(nameAt))) return this.#notATag(start, '')
      const nameEnd = this.#nameEnd(nameAt)
      const end = this.#attributes.readLenient(nameEnd)
      if (end < 0) return this.#notATag(start, '')
      this.#closed(this.#names.of(markup, nameAt, nameEnd, this.#hash))
      return end + 1
    }
    const open = this.#open.pop()
    let end = nameAt + (open === undefined ? 0 : open.raw.length)
    if (open === undefined || !markup.startsWith(open.raw, nameAt) || !isEndOfName(markup.charCodeAt(end))) {
      const name = markup.slice(nameAt, this.#nameEnd(nameAt)).slice(0, 40)
      this.#refuse(`</${name}> closes ${open === undefined ? 'nothing' : `<${open.raw}>`}`, start)
    }
    while (isBlank(markup.charCodeAt(end))) end++
    if (markup.charCodeAt(end) !== greater) this.#refuse('a tag does not end', start)
    this.#closed(open!)
    return end + 1
  }

  #isNameStart(code: number): boolean {
    return isLetter(code) || (!this.#lenient && (code === underscore || code > 0x7f))
  }

  readonly #checkedName: Telling = (raw) => {
    assertName(raw, (reason) => this.#refuse(reason, this.at))
    return localName(raw)
  }

  /** Where the name that begins there ends; its hash is kept. */
  #nameEnd(at: number): number {
    const markup = this.#markup
    let hash = 0
    let to = at
    for (; to < markup.length; to++) {
      const code = markup.charCodeAt(to)
      if (isEndOfName(code)) break
      hash = (hash * 31 + code) & 0x3fffffff
    }
    this.#hash = hash
    return to
  }

  /** Of the tag in hand, which declares namespaces or looks so. */
  #enterScope(end: number): void {
    this.#declared = this.#markup.indexOf(xmlns, end)
    const declarations: Declaration[] = []
    for (let index = 0; index < this.#attributes.count; index++) {
      const name = this.#attributes.name(index)
      if (name !== xmlns && !name.startsWith(`${xmlns}:`)) continue
      declarations.push({ prefix: name.slice(xmlns.length + 1), uri: this.#attributes.value(index) })
    }
    if (declarations.length === 0) return
    const outer = this.#scope!
    this.#scopes.push({ depth: this.#open.length + 1, outer })
    this.#scope = outer.with(declarations)
    this.#names = this.#scope.names
  }

  #leaveScope(): void {
    this.#scope = this.#scopes.pop()!.outer
    this.#names = this.#scope.names
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
      this.#text(start + 9, end, true)
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
    this.#text(start, start + 1, false)
    return start + 1
  }

  #find(what: string, from: number): number {
    if (this.#absent.has(what)) return -1
    const at = this.#markup.indexOf(what, from)
    if (at < 0) this.#absent.add(what)
    return at
  }

  #refuse(reason: string, at: number): never {
    throw this.#unreadable(reason, this.#markup, at)
  }
}

const xmlns = 'xmlns'
