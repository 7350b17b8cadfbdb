import type { MetsFile } from './mets-file.ts'
import type { PageList } from './page-list.ts'

/** What a dialect makes of a METS file: where the text of each page is. */
export interface PageSource extends PageList {
  /**
   * `named`: a page has the file METS names for it, or none. `beside`: METS names no text; the files lie beside it and
   * are called as the images of the pages are.
   */
  readonly text: 'named' | 'beside'
  /** Where it is when nothing lies in the item of what these pages name. */
  readonly otherwise?: () => PageSource
}

/** One way of writing METS. A new one is a file in dialects/, its line in read-mets.ts, and a folder of tests. */
export interface Dialect {
  readonly name: string
  /** True of a METS file of this dialect; the first that says so reads it. */
  matches(mets: MetsFile): boolean
  /** Throws METS_NO_PAGES, METS_PAGE_ORDER, METS_BAD_REFERENCE and METS_UNSUPPORTED. */
  read(mets: MetsFile): PageSource
}
