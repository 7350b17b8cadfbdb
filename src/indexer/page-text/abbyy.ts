import type { Piece } from '../markup/handlers.ts'
import { divide } from './divide.ts'
import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'
import { TextSink } from './text-sink.ts'

/** What the program read as well, and holds for less likely. */
const alternatives = new Set(['wordRecVariants', 'charRecVariants'])

/**
 * XML of ABBYY FineReader, as Goobi and the Internet Archive keep it: a line for each `line`, in the order of the file; in it the
 * letters of each `charParams`, blanks among them, or the text of the `formatting` where it is not told by letters.
 */
export const abbyy: PageFormat = {
  name: 'ABBYY',
  roots: ['document'],
  namespace: 'http://www.abbyy.com/FineReader_xml/',
  textOf(markup) {
    const text = new AbbyyText()
    walkPage(markup, text)
    return text.sink.finish()
  },
  pagesOf: (markup, _, wanted) =>
    divide(markup, new AbbyyText(), wanted, {
      isPage: (name) => name === 'page',
      id: 'id',
      finish: (sink) => sink.finish(),
    }),
}

class AbbyyText {
  readonly sink = new TextSink()
  #isLetter = false
  // Of the open formatting what is not in letters, and whether it has some; between them stands white space that is none of the page.
  #plain: string | null = null
  #hasLetters = false
  #alternative: string | null = null
  // Text of a paragraph need not stand in a line.
  #isBegun = false

  turn(): void {
    this.sink.clear()
    this.#isBegun = false
  }

  open(name: string): void {
    if (this.#alternative !== null) return
    if (alternatives.has(name)) this.#alternative = name
    else if (name === 'formatting') {
      this.#plain = ''
      this.#hasLetters = false
    } else if (name === 'charParams') {
      this.#hasLetters = true
      this.#addPlain()
      this.#isLetter = true
    }
  }

  close(name: string): void {
    if (this.#alternative !== null) {
      if (name === this.#alternative) this.#alternative = null
    } else if (name === 'charParams') this.#isLetter = false
    else if ((name === 'line' || name === 'par') && this.#isBegun) {
      this.sink.add('\n')
      this.#isBegun = false
    } else if (name === 'formatting') {
      this.#addPlain()
      this.#plain = null
    }
  }

  text({ raw, literal }: Piece): void {
    if (this.#alternative !== null) return
    const text = literal ? raw : withoutReferences(raw)
    if (this.#isLetter) this.#add(text.replaceAll('\n', ' '))
    else if (this.#plain !== null) this.#plain += text
  }

  #addPlain(): void {
    const text = (this.#plain ?? '').replace(/[\r\n\t ]+/g, ' ')
    if (text !== ' ' || !this.#hasLetters) this.#add(text)
    if (this.#plain !== null) this.#plain = ''
  }

  #add(text: string): void {
    this.sink.add(text)
    this.#isBegun = true
  }
}
