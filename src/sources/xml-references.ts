const named = new Map(Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }))

/**
 * Replaces character references and the five named entities of XML; saxen's own decoder cuts code points above FFFF.
 * Calls `refuse`, which throws, on an entity nobody defined or a reference to what is no character, with its place.
 */
export function decodeReferences(text: string, refuse: (reason: string, at: number) => never): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d+);|#x([0-9a-f]+);|(\w+);)?/gi, (reference, decimal, hex, name, at) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : null
    if (code === null) return named.get(name) ?? refuse(`entity ${reference.slice(0, 40)} is not defined`, at)
    const isScalar = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    return isScalar ? String.fromCodePoint(code) : refuse(`${reference.slice(0, 40)} is no character`, at)
  })
}
