import type { MarkupHandlers, Tag } from '../markup/handlers.ts'
import type { DividedText } from './page-format.ts'
import { type PageMarkupOptions, walkPage } from './page-markup.ts'
import type { TextSink } from './text-sink.ts'

/** What makes text of markup, into a sink that is emptied after each page. */
export interface Dividable extends MarkupHandlers {
  readonly sink: TextSink
  /** Empties the sink; what was begun on one page does not end on the next. */
  turn(): void
}

export interface Division extends PageMarkupOptions {
  /** True of the element that is a page. */
  readonly isPage: (name: string, tag: Tag) => boolean
  /** The attribute that elements are pointed to by. */
  readonly id: string
  readonly finish: (sink: TextSink) => Buffer
}

/** The text of each page of a file. What stands before its first page belongs to that. Throws PAGE_UNREADABLE. */
export function divide(
  markup: string,
  text: Dividable,
  wanted: ReadonlySet<string>,
  { isPage, id, finish, ...options }: Division,
): DividedText {
  const asked = new Map([...wanted].map((each) => [Buffer.from(each).toString('latin1'), each]))
  const texts: Buffer[] = []
  let pages = 0
  const pageOf = new Map<string, number>()
  // A copy: the sink has room for a large page, and there may be 100,000 small ones.
  const keep = () => texts.push(Buffer.from(finish(text.sink)))
  const handlers: MarkupHandlers = {
    open(name, tag) {
      if (isPage(name, tag)) {
        if (pages++ > 0) {
          keep()
          text.turn()
        }
      }
      const known = asked.size === 0 ? undefined : asked.get(tag.attribute(id) ?? '')
      if (known !== undefined && pages > 0) pageOf.set(known, pages - 1)
      text.open(name, tag)
    },
    close: (name) => text.close?.(name),
    text: (piece) => text.text?.(piece),
  }
  walkPage(markup, handlers, options)
  if (pages > 0) keep()
  return { texts, pageOf }
}
