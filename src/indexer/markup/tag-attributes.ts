import { doubleQuote, equals, greater, isBlank, isInName, less, singleQuote, slash } from './characters.ts'

const most = 200

/** The attributes of one tag after the other: where each name ends, and where its value begins and ends. */
export class TagAttributes {
  count = 0
  readonly #markup: string
  readonly #refuse: (reason: string) => never
  readonly #places = new Int32Array(most * 3)
  // Quotes that are not to be found from here on: looked for once, not once for each tag.
  readonly #absent = new Set<string>()

  /** `refuse` throws, of the tag in hand. */
  constructor(markup: string, refuse: (reason: string) => never) {
    this.#markup = markup
    this.#refuse = refuse
  }

  /** Reads those of a tag of XML, from the end of its name on. Where its `>` is; -1 when there is none. */
  read(from: number): number {
    const markup = this.#markup
    this.count = 0
    for (let at = from; ; ) {
      const name = this.#afterBlanks(at)
      const first = markup.charCodeAt(name)
      if (first === greater) return name
      if (first === slash && markup.charCodeAt(name + 1) === greater) return name + 1
      if (name >= markup.length) return -1
      if (name === at) this.#refuse('an attribute does not stand by itself')
      const nameEnd = this.#endOfName(name)
      const sign = this.#afterBlanks(nameEnd)
      if (sign >= markup.length) return -1
      if (nameEnd === name || markup.charCodeAt(sign) !== equals) this.#refuse('an attribute has no value')
      const value = this.#afterBlanks(sign + 1) + 1
      const quote = markup.charCodeAt(value - 1)
      if (quote !== doubleQuote && quote !== singleQuote) this.#refuse('the value of an attribute is not in quotes')
      // The first that is not to be found is the end of it.
      const end = markup.indexOf(quote === doubleQuote ? '"' : "'", value)
      if (end < 0) return -1
      if (!this.#keep(nameEnd, value, end)) this.#refuse(`an element has more than ${most} attributes`)
      at = end + 1
    }
  }

  /** The same where quotes may be missing, and what stands before a value need be no name. */
  readLenient(from: number): number {
    const markup = this.#markup
    this.count = 0
    for (let at = from; at < markup.length; at++) {
      const code = markup.charCodeAt(at)
      if (code === greater) return at
      if (code === less) return -1
      if (code !== doubleQuote && code !== singleQuote) continue
      const end = this.#find(code === doubleQuote ? '"' : "'", at + 1)
      if (end < 0) continue
      this.#keep(this.#nameEndBefore(at), at + 1, end)
      at = end
    }
    return -1
  }

  /** The character before `name` where the name of an attribute ends in it; else 0. */
  before(index: number, name: string): number {
    const end = this.#places[index * 3]!
    // Nearly always its last character tells.
    if (this.#markup.charCodeAt(end - 1) !== name.charCodeAt(name.length - 1)) return 0
    const start = end - name.length
    return this.#markup.startsWith(name, start) ? this.#markup.charCodeAt(start - 1) : 0
  }

  value(index: number): string {
    return this.#markup.slice(this.#places[index * 3 + 1], this.#places[index * 3 + 2])
  }

  name(index: number): string {
    const end = this.#places[index * 3]!
    let start = end
    while (!isBlank(this.#markup.charCodeAt(start - 1))) start--
    return this.#markup.slice(start, end)
  }

  #afterBlanks(at: number): number {
    const markup = this.#markup
    let to = at
    while (isBlank(markup.charCodeAt(to))) to++
    return to
  }

  #endOfName(at: number): number {
    const markup = this.#markup
    let to = at
    while (isInName(markup.charCodeAt(to))) to++
    return to
  }

  /** Where the name ends whose value begins at a quote, with blanks around its `=` or not. */
  #nameEndBefore(quote: number): number {
    const markup = this.#markup
    let end = quote
    while (isBlank(markup.charCodeAt(end - 1))) end--
    if (markup.charCodeAt(end - 1) !== equals) return end
    end--
    while (isBlank(markup.charCodeAt(end - 1))) end--
    return end
  }

  /** False when there are too many. */
  #keep(nameEnd: number, value: number, valueEnd: number): boolean {
    if (this.count === most) return false
    const place = this.count++ * 3
    this.#places[place] = nameEnd
    this.#places[place + 1] = value
    this.#places[place + 2] = valueEnd
    return true
  }

  #find(quote: string, from: number): number {
    if (this.#absent.has(quote)) return -1
    const at = this.#markup.indexOf(quote, from)
    if (at < 0) this.#absent.add(quote)
    return at
  }
}
