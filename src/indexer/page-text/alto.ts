import type { Tag } from '../markup/handlers.ts'
import { divide } from './divide.ts'
import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'
import { TextSink } from './text-sink.ts'
import { isUnspaced } from './unspaced.ts'

/**
 * ALTO 1 to 4 of any maker. The text is the CONTENT of every String, those in the margins too, in the order of the file:
 * a blank after each, whether or not an SP stands between them (many files have none), and a line end after a TextLine. Of
 * Chinese and Japanese, where a String is often one character, there is a blank only at an SP.
 * Of a hyphenated word the first part is written whole where SUBS_CONTENT tells it, and its second part is left out, as is a
 * third where a HYP follows the second; without SUBS_CONTENT the HYP is written, and the cleaning joins the word.
 */
export const alto: PageFormat = {
  name: 'ALTO',
  roots: ['alto'],
  textOf(markup, { dehyphenate }) {
    const text = new AltoText(dehyphenate)
    walkPage(markup, text)
    return text.sink.finish()
  },
  pagesOf: (markup, { dehyphenate }, wanted) =>
    divide(markup, new AltoText(dehyphenate), wanted, {
      isPage: (name) => name === 'Page',
      id: 'ID',
      finish: (sink) => sink.finish(),
    }),
}

class AltoText {
  readonly sink = new TextSink()
  readonly #dehyphenate: boolean
  #blank = ''
  // The String that was written last, and nothing since.
  #last = ''
  // The whole word that was written for its first part; its second part is to come, often on the next line.
  #whole: string | null = null
  // The last String was that first part: a HYP says nothing new, and what follows is the second part if it says no more.
  #isNext = false
  // The whole word whose second part was left out last, and nothing since: a HYP says that a third is to come.
  #begun: string | null = null

  constructor(dehyphenate: boolean) {
    this.#dehyphenate = dehyphenate
  }

  turn(): void {
    this.sink.clear()
    this.#blank = ''
    this.#last = ''
    this.#whole = null
    this.#isNext = false
    this.#begun = null
  }

  open(name: string, tag: Tag): void {
    if (name === 'String') this.#string(tag)
    else if (name === 'SP') this.#last = ''
    else if (name === 'HYP' && this.#begun !== null) this.#goesOn(this.#begun)
    else if (name === 'HYP' && !this.#isNext && this.#blank !== '') {
      this.#last = ''
      this.sink.add(withoutReferences(tag.attribute('CONTENT') ?? '-'))
    }
  }

  close(name: string): void {
    if (name !== 'TextLine') return
    this.sink.add('\n')
    this.#blank = ''
    this.#begun = null
  }

  #string(tag: Tag): void {
    let content = tag.attribute('CONTENT')
    const type = tag.attribute('SUBS_TYPE')
    this.#begun = null
    if (this.#dehyphenate && type?.startsWith('HypPart')) content = this.#part(type, content, tag)
    else if (content) this.#isNext = false
    if (!content) return
    const text = withoutReferences(content)
    if (this.#blank !== '' && !isUnspaced(this.#last, text)) this.sink.add(this.#blank)
    this.sink.add(text)
    this.#blank = ' '
    this.#last = text
  }

  /** What to write of a part of a hyphenated word; null for nothing. */
  #part(type: string, content: string | null, tag: Tag): string | null {
    const whole = tag.attribute('SUBS_CONTENT') || null
    if (type === 'HypPart1') {
      this.#whole = whole
      this.#isNext = whole !== null
      return whole ?? content
    }
    const isWritten = this.#whole !== null && (whole === null ? this.#isNext : whole === this.#whole)
    if (isWritten) this.#begun = this.#whole
    this.#whole = null
    this.#isNext = false
    return isWritten ? null : content
  }

  #goesOn(whole: string): void {
    this.#begun = null
    this.#whole = whole
    this.#isNext = true
  }
}
