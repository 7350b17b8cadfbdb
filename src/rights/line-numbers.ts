import type { Bad } from '../sources/source.ts'

/** Collects where bad lines stand, as ranges of numbers, in a text of bounded length. Lines come in their order. */
export class LineNumbers {
  readonly #longest: number
  #text = ''
  #member: string | undefined
  /** The range that may go on. */
  #from = 0
  #to = 0
  /** In it; several of them may be of one line. */
  #inRange = 0
  #isFull = false
  #unlisted = 0

  /** `longest`: characters. */
  constructor(longest: number) {
    this.#longest = longest
  }

  add({ line, member }: Pick<Bad, 'line' | 'member'>): void {
    const goesOn = this.#inRange > 0 && member === this.#member && (line === this.#to || line === this.#to + 1)
    if (!goesOn) {
      this.#endRange()
      if (member !== this.#member) this.#write(`${this.#text === '' ? '' : '; '}${member ?? ''}: `)
      this.#member = member
      this.#from = line
    }
    this.#to = line
    this.#inRange++
  }

  /** `3, 7-9, 12`; of a tar `a.json: 3, 7-9; b.json: 2`. At the end, how many bad ones are not in it. */
  get text(): string {
    this.#endRange()
    const rest = `${this.#unlisted} that are not listed`
    if (this.#unlisted === 0) return this.#text
    return this.#text === '' ? rest : `${this.#text}, and ${rest}`
  }

  #endRange(): void {
    if (this.#inRange === 0) return
    const isFirst = this.#text === '' || this.#text.endsWith(': ')
    const range = this.#from === this.#to ? `${this.#from}` : `${this.#from}-${this.#to}`
    this.#write(isFirst ? range : `, ${range}`)
    if (this.#isFull) this.#unlisted += this.#inRange
    this.#inRange = 0
  }

  /** From the first that does not fit on none is written: the numbers are those of the first lines. */
  #write(part: string): void {
    this.#isFull ||= this.#text.length + part.length > this.#longest
    if (!this.#isFull) this.#text += part
  }
}
