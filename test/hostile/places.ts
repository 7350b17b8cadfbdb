import type { Random } from '../../samples/random.ts'

/** A piece of a file, and what kind of place it is. */
export interface Span {
  readonly place: string
  readonly bytes: Buffer
}

const xmlPlaces: readonly (readonly [place: string, pattern: string])[] = [
  ['the XML declaration', '<\\?xml[^>]*\\?>'],
  ['the DOCTYPE', '<!DOCTYPE[^>]*>'],
  ['a comment', '<!--[\\s\\S]*?-->'],
  ['a CDATA section', '<!\\[CDATA\\[[\\s\\S]*?\\]\\]>'],
  ['a processing instruction', '<\\?[\\s\\S]*?\\?>'],
  ['an end tag', '</[\\w:]+>'],
  ['an element name', '<[\\w:]+'],
  ['an attribute name', '[\\w:]+(?==")'],
  ['an attribute value', '"[^"]*"'],
  ['a reference', '&[#\\w]+;'],
  ['text', '[^<>&"=]+'],
]
const xmlToken = new RegExp(xmlPlaces.map(([, pattern]) => `(${pattern})`).join('|'), 'g')

/** The pieces of an XML file; what is of no kind, such as `>`, goes with the piece before. */
export function xmlSpans(xml: string): Span[] {
  const spans: { place: string; text: string }[] = []
  let end = 0
  for (const match of xml.matchAll(xmlToken)) {
    const last = spans.at(-1)
    if (last !== undefined) last.text += xml.slice(end, match.index)
    const group = match.slice(1).findIndex((each) => each !== undefined)
    spans.push({ place: xmlPlaces[group]![0], text: match[0] })
    end = match.index + match[0].length
  }
  spans.at(-1)!.text += xml.slice(end)
  return spans.map(({ place, text }) => ({ place, bytes: Buffer.from(text) }))
}

/** A place in the middle of a piece, the kinds of place by turns: the byte there is the first that a cut takes. */
export function placeIn(spans: readonly Span[], random: Random, index: number): number {
  const kinds = [...new Set(spans.map(({ place }) => place))]
  const kind = kinds[index % kinds.length]
  const chosen = random.pick(spans.flatMap(({ place }, number) => (place === kind ? [number] : [])))
  const before = spans.slice(0, chosen).reduce((sum, { bytes }) => sum + bytes.length, 0)
  return before + random.whole(spans[chosen]!.bytes.length > 1 ? 1 : 0, Math.max(0, spans[chosen]!.bytes.length - 1))
}

export const bytesOf = (spans: readonly Span[]): Buffer => Buffer.concat(spans.map(({ bytes }) => bytes))

/** Another byte at a place; among them those that mean something in XML, JSON and tables. */
export function withByteChanged(bytes: Buffer, at: number, random: Random): Buffer {
  const changed = Buffer.from(bytes)
  const meant = [0x00, 0x09, 0x0a, 0x20, 0x22, 0x26, 0x27, 0x2c, 0x3c, 0x3e, 0x5b, 0x5c, 0x7b, 0x7d, 0xc0, 0xff]
  const other = [random.whole(0, 255), random.pick(meant)].find((byte) => byte !== bytes[at])
  changed[at] = other ?? bytes[at]! ^ 1
  return changed
}

/** A piece taken out, put in twice, or put elsewhere. */
export function withPieceMoved(bytes: Buffer, random: Random): Buffer {
  const from = random.whole(0, bytes.length - 1)
  const to = random.whole(from + 1, Math.min(bytes.length, from + 200))
  const piece = bytes.subarray(from, to)
  const rest = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  if (random.chance(1 / 3)) return rest
  const whole = random.chance(1 / 2) ? bytes : rest
  const at = random.whole(0, whole.length)
  return Buffer.concat([whole.subarray(0, at), piece, whole.subarray(at)])
}
