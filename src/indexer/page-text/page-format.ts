export interface PageFormatOptions {
  /** Joins words hyphenated at a line end, where the file says what the whole word is. */
  readonly dehyphenate: boolean
}

/** The text of a file that holds several pages. */
export interface DividedText {
  /** Of each page, in the order of the file. */
  readonly texts: readonly Buffer[]
  /** Of the IDs that were asked for those that are there: in which page, from 0. */
  readonly pageOf: ReadonlyMap<string, number>
}

/**
 * How the text of a page is written down in its file. A new format is a file with one of these, its line in formats.ts,
 * and a test.
 */
export interface PageFormat {
  readonly name: string
  /** Local names of the root element, in lower case. */
  readonly roots: readonly string[]
  /** What its namespace begins with, where others have such a root element too. */
  readonly namespace?: string
  /**
   * The text of a page as UTF-8, its lines ended by a line feed; cleaning is for later. The markup has one character
   * for each byte of UTF-8 (`latin1`). Throws PAGE_UNREADABLE.
   */
  textOf(markup: string, options: PageFormatOptions): Buffer
  /**
   * The same of each page of a file, where files of this format may hold several; `wanted` are IDs of elements, those of
   * pages or of what is in them.
   */
  pagesOf?(markup: string, options: PageFormatOptions, wanted: ReadonlySet<string>): DividedText
}
