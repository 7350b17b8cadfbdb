import { isAscii, isUtf8 } from 'node:buffer'
import { SlipError } from '../../errors/slip-error.ts'
import { decodeReferences } from '../../sources/xml-references.ts'
import { isUtf8Despite, unmarkedUtf16 } from '../markup/encoding.ts'
import type { Piece, Tag } from '../markup/handlers.ts'
import type { Namespaces } from '../markup/scope.ts'
import { lineAt, walkMarkup } from '../markup/walk.ts'

/**
 * The value of an attribute, decoded; a name with a known namespace is `prefix:name`, none is as written. Valid only
 * while the element is being opened.
 */
export type Attributes = (name: string) => string | null

export interface XmlHandlers {
  /** `name` is `prefix:local` with the prefix of `namespaces`, whatever prefix the file uses. */
  open(name: string, attributes: Attributes): void
  close(name: string): void
  /** Character data, in pieces. Decoding is for the asking: nearly all of it is white space between elements. */
  text?(decoded: () => string): void
}

/** Parses a file once more that was parsed before. */
export type ParseAgain = (namespaces: Namespaces, handlers: XmlHandlers) => void

/**
 * Parses XML bytes. Namespaces are matched by URI (`namespaces`: URI → the prefix the handlers see). A DOCTYPE with an
 * internal subset is refused, an external one is never fetched, so entities cannot be defined at all.
 * Throws METS_UNREADABLE with the line.
 */
export function parseXml(bytes: Buffer, namespaces: Namespaces, handlers: XmlHandlers): void {
  new XmlParse(decodeXml(bytes), handlers).run(namespaces)
}

/** One set of functions for the whole file: a closure for each of 15,000 elements cost as much as parsing them. */
class XmlParse {
  readonly #xml: string
  readonly #handlers: XmlHandlers
  #tag: Tag | null = null
  #piece: Piece | null = null

  constructor(xml: string, handlers: XmlHandlers) {
    this.#xml = xml
    this.#handlers = handlers
  }

  run(namespaces: Namespaces): void {
    const { text } = this.#handlers
    walkMarkup(
      this.#xml,
      {
        open: (name, tag) => {
          this.#tag = tag
          this.#handlers.open(name, this.#attribute)
        },
        close: (name) => this.#handlers.close(name),
        ...(text === undefined ? {} : { text: (piece: Piece) => this.#text(piece) }),
      },
      { namespaces, unreadable },
    )
  }

  readonly #attribute: Attributes = (name) => {
    const value = this.#tag!.attribute(name)
    return value === null ? null : decodeReferences(value, (reason) => this.#refuse(reason, this.#tag!.at))
  }

  #text(piece: Piece): void {
    this.#piece = piece
    this.#handlers.text!(this.#decoded)
  }

  readonly #decoded = (): string => {
    const { raw, literal, at } = this.#piece!
    return literal ? raw : decodeReferences(raw, (reason, within) => this.#refuse(reason, at + within))
  }

  #refuse(reason: string, at: number): never {
    throw unreadable(reason, this.#xml, at)
  }
}

function unreadable(reason: string, xml: string, at: number): SlipError {
  const line = lineAt(xml, at)
  const message = `The METS file is not readable XML: ${reason} (line ${line}).`
  return new SlipError('METS_UNREADABLE', message, { place: { line } })
}

/** XML bytes as a string: by byte order mark, else by the encoding the XML declaration names, else UTF-8. */
function decodeXml(bytes: Buffer): string {
  const marked =
    { fffe: 'utf-16le', feff: 'utf-16be', efbb: 'utf-8' }[bytes.toString('hex', 0, 2)] ?? unmarkedUtf16(bytes)
  // One byte per character in memory and the fastest to parse; nearly every METS file is ASCII.
  if (marked === null && isAscii(bytes)) return bytes.toString('latin1')
  const declared = /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1]
  try {
    const encoding = marked ?? (isUtf8Despite(declared, bytes) ? 'utf-8' : declared!)
    if (encoding === 'utf-8' && isUtf8(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    const message = `The METS file is not valid ${marked ?? declared ?? 'utf-8'}.`
    throw new SlipError('METS_UNREADABLE', message, { place: { line: 1 }, cause: error })
  }
}
