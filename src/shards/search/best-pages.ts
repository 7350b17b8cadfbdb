import type { PageHit, PageText } from '../engine.ts'
import { type Analyse, type AnalysedWord, analysedMarks } from './analysed.ts'
import { type Mark, ownMarks } from './marks.ts'
import type { Phrase } from './query.ts'
import { bestMark, snippet } from './snippet.ts'

/** UTF-16 units before and after the best match that are given to the engine to read: more than a snippet shows. */
const around = 400
/** Of what is read whole, units a text and texts a request: answers have some hundred times their size. */
const piece = 4_000
const pieces = 8

/** Finds the best pages of a hit. */
export type FindPages = (pages: readonly PageText[], most: number) => Promise<PageHit[]>

/**
 * For an engine that keeps no text: the pages of a hit that show most of the phrases, with what its own analysis matches
 * marked. An analysis says much about each word, so it reads little: the neighbourhood of the best match by our own
 * reading, page by page from the best one, until there are enough. Where the two readings differ so much that no page is
 * left, the engine reads the pages whole.
 */
export async function pageFinder(phrases: readonly Phrase[], analyse: Analyse): Promise<FindPages> {
  const asked = await analyse(
    phrases.map(({ text }) => text),
    'query',
  )
  return async (pages, most) => {
    if (most === 0) return []
    const likely = await matched(ranked(pages, phrases), { asked, analyse, most, together: most })
    return likely.length > 0 ? likely : matched(whole(pages), { asked, analyse, most, together: pieces })
  }
}

/** A stretch of a page. */
interface Stretch {
  readonly page: PageText
  readonly start: number
  readonly end: number
}

/** The stretches around the best match of each page that has one by our own reading, best page first. */
function ranked(pages: readonly PageText[], phrases: readonly Phrase[]): Stretch[] {
  return pages
    .flatMap((page) => {
      const marks = ownMarks(page.text, phrases)
      const best = bestMark(marks)
      return best === null ? [] : [{ page, best, score: scoreOf(page.text, marks) }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ page, best }) => stretchAround(page, best))
}

/** Different phrases first, then how dense they are. */
function scoreOf(text: string, marks: readonly Mark[]): number {
  const different = new Set(marks.map(({ phrase }) => phrase)).size
  return different + marks.length / (marks.length + Math.log(text.length + 1))
}

function stretchAround(page: PageText, best: Mark): Stretch {
  const { text } = page
  return { page, start: edge(text, best.start - around), end: edge(text, Math.max(best.end, best.start + around)) }
}

function* whole(pages: readonly PageText[]): Generator<Stretch> {
  for (const page of pages) {
    const { text } = page
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = edge(text, start + piece)
      yield { page, start, end }
    }
  }
}

/** Where a text is cut near a place: before the white space that comes next, else between two code points. */
function edge(text: string, near: number): number {
  if (near <= 0) return 0
  if (near >= text.length) return text.length
  const blank = text.slice(near, near + around).search(/\s/)
  if (blank >= 0) return near + blank
  const unit = text.charCodeAt(near)
  return unit >= 0xdc00 && unit <= 0xdfff ? near + 1 : near
}

interface Search {
  readonly asked: readonly (readonly AnalysedWord[])[]
  readonly analyse: Analyse
  readonly most: number
  /** Stretches the engine reads at a time. */
  readonly together: number
}

/** The first pages that have a stretch in which the engine finds something. */
async function matched(stretches: Iterable<Stretch>, { asked, analyse, most, together }: Search): Promise<PageHit[]> {
  const hits = new Map<PageText, PageHit>()
  const left = stretches[Symbol.iterator]()
  for (;;) {
    const some = take(left, together)
    if (some.length === 0 || hits.size >= most) return [...hits.values()].slice(0, most)
    const texts = some.map(({ page, start, end }) => page.text.slice(start, end))
    for (const [index, words] of (await analyse(texts, 'index')).entries()) {
      const { page, start } = some[index] as Stretch
      const marks = analysedMarks(words, asked).map((mark) => ({
        ...mark,
        start: mark.start + start,
        end: mark.end + start,
      }))
      const shown = snippet(page.text, marks)
      if (shown !== '' && !hits.has(page)) hits.set(page, { order: page.order, label: page.label, snippet: shown })
    }
  }
}

function take(stretches: Iterator<Stretch>, count: number): Stretch[] {
  const taken: Stretch[] = []
  while (taken.length < count) {
    const { done, value } = stretches.next()
    if (done) break
    taken.push(value)
  }
  return taken
}
