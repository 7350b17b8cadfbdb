import type { Namespaces } from './scope.ts'

/** An element as it is opened; valid until the handler returns. Values are raw: references as written. */
export interface Tag {
  /** Where it begins in the markup. */
  readonly at: number
  /**
   * The value of an attribute; null where there is none. By its local name; with namespaces by `prefix:local`, or without
   * a prefix as written.
   */
  attribute(name: string): string | null
}

/** Character data; valid until the handler returns. Cut out of the file for the asking: nearly all of it is white space. */
export interface Piece {
  /** Where it begins in the markup. */
  readonly at: number
  /** References as written. */
  readonly raw: string
  /** True of a CDATA section, in which there are no references. */
  readonly literal: boolean
}

export interface MarkupHandlers {
  /** `name` is the local name, or with namespaces `prefix:local`. */
  open(name: string, tag: Tag): void
  close?(name: string): void
  text?(piece: Piece): void
}

export interface MarkupOptions {
  /**
   * HTML as OCR programs write it: elements need not be closed, and a `<` that begins nothing is text. Otherwise the
   * file is XML, and what is not well-formed is an error.
   */
  readonly lenient?: boolean
  /** Of XML whose names are told by namespace. */
  readonly namespaces?: Namespaces
  /** The error of a file that cannot be read; `at` is where in it. */
  readonly unreadable: (reason: string, markup: string, at: number) => Error
}
