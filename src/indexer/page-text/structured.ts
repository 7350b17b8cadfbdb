import type { PageFormat } from './page-format.ts'
import { walkPage } from './page-markup.ts'
import { withoutReferences } from './references.ts'
import { TextSink } from './text-sink.ts'

// Elements within a word or a sentence; the text before and after them is one.
const inline = new Set(
  `a abbr abbrev add b bold c choice corr date del email emph ex ext-link expan foreign g gap hi i italic math
  milestone monospace name num orgName orig overline persName placeName pc q ref reg rs sc seg sic sub sup supplied
  surname term u unclear underline uri w xref`.split(/\s+/),
)

/**
 * TEI and JATS: the text of all elements, header included, as HathiTrust's own indexers took it. An element that is not
 * one of the inline ones (hi, ref, italic …) begins and ends a line, so that words of two paragraphs are not one. What a
 * `choice` gives to choose from (abbr and expan, sic and corr, orig and reg) are words apart.
 */
export const structured: PageFormat = {
  name: 'TEI or JATS',
  roots: ['tei', 'tei.2', 'text', 'body', 'article'],
  textOf(markup) {
    const sink = new TextSink()
    const boundary = (name: string) => {
      if (!inline.has(name)) sink.add('\n')
    }
    const path: string[] = []
    // One child of a choice is closed: another is parted from it.
    let isChosen = false
    walkPage(markup, {
      open(name) {
        if (isChosen) sink.add(' ')
        isChosen = false
        path.push(name)
        boundary(name)
      },
      close(name) {
        path.pop()
        isChosen = path.at(-1) === 'choice'
        boundary(name)
      },
      // A line of the source is not a line of the page.
      text: ({ raw, literal }) => {
        sink.add((literal ? raw : withoutReferences(raw)).replaceAll('\n', ' '))
      },
    })
    return sink.finishTidy()
  },
}
