/**
 * Text of page markup with its character references replaced. The text has one character for each byte of UTF-8, and so
 * has the result. What is no character becomes U+FFFD, which the cleaning of pages counts; a name that HTML does not
 * know stays as it is written.
 */
export function withoutReferences(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]\w*));/gi, (reference, decimal, hex, name) => {
    if (name !== undefined) return characters.get(name) ?? reference
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    const isScalar = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return bytesOf(isScalar ? code : 0xfffd)
  })
}

const bytesOf = (code: number): string => Buffer.from(String.fromCodePoint(code)).toString('latin1')

// The names of U+00A0 to U+00FF in HTML, in their order, and the others that OCR programs write.
const latin = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
  micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil
  Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute
  Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute
  icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`
const others: Readonly<Record<string, number>> = {
  amp: 0x26,
  lt: 0x3c,
  gt: 0x3e,
  quot: 0x22,
  apos: 0x27,
  OElig: 0x152,
  oelig: 0x153,
  Scaron: 0x160,
  scaron: 0x161,
  Yuml: 0x178,
  fnof: 0x192,
  circ: 0x2c6,
  tilde: 0x2dc,
  ensp: 0x2002,
  emsp: 0x2003,
  thinsp: 0x2009,
  ndash: 0x2013,
  mdash: 0x2014,
  lsquo: 0x2018,
  rsquo: 0x2019,
  sbquo: 0x201a,
  ldquo: 0x201c,
  rdquo: 0x201d,
  bdquo: 0x201e,
  dagger: 0x2020,
  Dagger: 0x2021,
  bull: 0x2022,
  hellip: 0x2026,
  permil: 0x2030,
  lsaquo: 0x2039,
  rsaquo: 0x203a,
  euro: 0x20ac,
  trade: 0x2122,
}
const characters = new Map([
  ...latin.split(/\s+/).map((name, index): [string, string] => [name, bytesOf(0xa0 + index)]),
  ...Object.entries(others).map(([name, code]): [string, string] => [name, bytesOf(code)]),
])
