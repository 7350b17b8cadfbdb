import { SlipError } from '../../errors/slip-error.ts'
import type { MarkupHandlers, MarkupOptions } from '../markup/handlers.ts'
import { lineAt, walkMarkup } from '../markup/walk.ts'

export type PageMarkupOptions = Pick<MarkupOptions, 'lenient'>

/**
 * Goes through the markup of a page: a string with one character for each byte of UTF-8. Names are told without prefix:
 * prefixes and namespaces differ from maker to maker, and so do their versions. Throws PAGE_UNREADABLE with the line.
 */
export function walkPage(markup: string, handlers: MarkupHandlers, options: PageMarkupOptions = {}): void {
  walkMarkup(markup, handlers, { ...options, unreadable: pageUnreadable })
}

/** The error of a page file that cannot be read; `at` is where in it. */
export function pageUnreadable(reason: string, markup: string, at: number, cause?: unknown): SlipError {
  const line = lineAt(markup, at)
  const message = `The page file is not readable: ${reason} (line ${line}).`
  return new SlipError('PAGE_UNREADABLE', message, { place: { line }, cause })
}
