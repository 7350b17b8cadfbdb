import { isAscii, isUtf8 } from 'node:buffer'
import { type Context, Parser } from 'saxen'
import { SlipError } from '../../errors/slip-error.ts'
import { decodeReferences } from '../../sources/xml-references.ts'

/**
 * The value of an attribute, decoded; a name with a known namespace is `prefix:name`, none is as written. Valid only
 * while the element is being opened.
 */
export type Attributes = (name: string) => string | null

export interface SaxHandlers {
  /** `name` is `prefix:local` with the prefix of `namespaces`, whatever prefix the file uses. */
  open(name: string, attributes: Attributes): void
  close(name: string): void
  /** Character data, in pieces. Decoding is for the asking: nearly all of it is white space between elements. */
  text?(decoded: () => string): void
}

// A METS file of ours is 12 levels deep; without a bound a file of nothing but `<a>` fills the memory.
const deepest = 200

/**
 * Parses XML bytes. Namespaces are matched by URI (`namespaces`: URI → the prefix the handlers see). A DOCTYPE with an
 * internal subset is refused, an external one is never fetched, so entities cannot be defined at all.
 * Throws METS_UNREADABLE with the line.
 */
export function parseXml(bytes: Buffer, namespaces: Readonly<Record<string, string>>, handlers: SaxHandlers): void {
  const xml = decodeXml(bytes)
  const parser = new Parser().ns({ ...namespaces })
  const refuse = (reason: string, at?: Context): never => {
    const line = at === undefined ? 1 : at().line + 1
    throw new SlipError('METS_UNREADABLE', `The METS file is not readable XML: ${reason} (line ${line}).`, {
      place: { line },
    })
  }
  // One set of functions for the whole file: a closure for each of 15,000 elements cost as much as parsing them.
  let depth = 0
  let place: Context | undefined
  let attributesOf: () => Record<string, string>
  let piece = ''
  const refuseHere = (reason: string) => refuse(reason, place)
  const attributes = (name: string) => {
    const value = attributesOf()[name]
    return value === undefined ? null : decodeReferences(value, refuseHere)
  }
  const decoded = () => decodeReferences(piece, refuseHere)
  const literal = () => piece
  parser.on('openTag', (name, attrs, _decode, _selfClosing, at) => {
    place = at
    attributesOf = attrs
    if (++depth > deepest) refuseHere(`elements are nested deeper than ${deepest}`)
    handlers.open(name, attributes)
  })
  parser.on('closeTag', (name) => {
    depth--
    handlers.close(name)
  })
  if (handlers.text !== undefined) {
    parser.on('text', (raw, _decode, at) => {
      place = at
      piece = raw
      handlers.text?.(decoded)
    })
    parser.on('cdata', (raw) => {
      piece = raw
      handlers.text?.(literal)
    })
  }
  parser.on('attention', (declaration, _decode, at) => {
    if (declaration.includes('[')) refuse('a DOCTYPE with declarations is not accepted', at)
  })
  // What saxen only warns of (an unbound prefix, an attribute twice) would be read wrongly and is an error here.
  parser.on('warn', (error, at) => refuse(error.message, at))
  parser.on('error', (error, at) => refuse(error.message, at))
  parser.parse(xml)
}

/** XML bytes as a string: by byte order mark, else by the encoding the XML declaration names, else UTF-8. */
function decodeXml(bytes: Buffer): string {
  // One byte per character in memory and the fastest to parse; nearly every METS file is ASCII.
  if (isAscii(bytes)) return bytes.toString('latin1')
  const declared =
    /^<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString('latin1', 0, 200))?.[1] ?? 'utf-8'
  const encoding = { fffe: 'utf-16le', feff: 'utf-16be', efbb: 'utf-8' }[bytes.toString('hex', 0, 2)] ?? declared
  if (encoding.toLowerCase() === 'utf-8' && isUtf8(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    const message = `The METS file is not valid ${encoding}.`
    throw new SlipError('METS_UNREADABLE', message, { place: { line: 1 }, cause: error })
  }
}
