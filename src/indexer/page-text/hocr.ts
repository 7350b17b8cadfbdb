import type { Piece, Tag } from '../markup/handlers.ts'
import { divide } from './divide.ts'
import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'
import { TextSink } from './text-sink.ts'

const lineBreaks = new Set(
  `address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
  header hr legend li main nav ol p pre section summary table tbody tfoot thead tr ul`.split(/\s+/),
)
const cells = new Set(['td', 'th'])
const silent = new Set(['head', 'title', 'script', 'style'])
const inHead = new Set(['title', 'meta', 'link', 'style', 'script', 'noscript', 'base', 'template'])

/**
 * hOCR: the text of the body, with a line for each ocr_line and block, and a blank before each ocrx_word and cell. Read as HTML
 * must be: tags that are not closed or closed in the wrong place, unknown entities and a `<` in the text lose nothing.
 */
export const hocr: PageFormat = {
  name: 'hOCR',
  // A page cut out of a book is often no more than its ocr_page.
  roots: ['html', 'div'],
  textOf(markup) {
    const text = new HocrText()
    walkPage(markup, text, { lenient: true })
    return text.sink.finishTidy()
  },
  pagesOf: (markup, _, wanted) =>
    divide(markup, new HocrText(), wanted, {
      isPage: (_name, tag) => /\bocr_page\b/.test(tag.attribute('class') ?? ''),
      id: 'id',
      finish: (sink) => sink.finishTidy(),
      lenient: true,
    }),
}

/** What the program read as well, and holds for less likely than the `ins` before it. */
const isAlternative = (element: string, kind: string): boolean => element === 'del' && /\balt\b/.test(kind)

class HocrText {
  readonly sink = new TextSink()
  #silent: string | null = null

  turn(): void {
    this.sink.clear()
  }

  open(name: string, tag: Tag): void {
    const element = name.toLowerCase()
    // neither the end of head nor body need be written
    if (this.#silent !== null && element !== 'body' && (this.#silent !== 'head' || inHead.has(element))) return
    const kind = tag.attribute('class') ?? ''
    this.#silent = silent.has(element) || isAlternative(element, kind) ? element : null
    if (lineBreaks.has(element) || /\bocrx?_(?:line|header|caption|textfloat|par|carea|page)\b/.test(kind)) {
      this.sink.add('\n')
    } else if (cells.has(element) || kind.includes('ocrx_word')) this.sink.add(' ')
  }

  close(name: string): void {
    const element = name.toLowerCase()
    if (element === this.#silent) this.#silent = null
    else if (this.#silent === null && lineBreaks.has(element) && element !== 'br') this.sink.add('\n')
  }

  text({ raw }: Piece): void {
    // A line of the source is not a line of the page: tesseract writes each word on one of its own.
    if (this.#silent === null) this.sink.add(withoutReferences(raw).replaceAll('\n', ' '))
  }
}
