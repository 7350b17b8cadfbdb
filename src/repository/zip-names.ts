// IBM PC code page 437, what a zip is in that does not say UTF-8: what differs from ASCII. Control characters are signs there.
const controls437 = '\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼'
const codePage437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

/** The name of an entry as text, with `/`; `said` is what an extra field of Info-ZIP gives in UTF-8. */
export function zipName(raw: Buffer, isUtf8: boolean, said: Buffer | null): string {
  const name = said !== null ? said.toString('utf8') : isUtf8 ? raw.toString('utf8') : from437(raw)
  return name.includes('\\') ? name.replaceAll('\\', '/') : name
}

function from437(raw: Buffer): string {
  const text = raw.toString('latin1')
  return text.replace(/[^\x20-\x7e]/g, (character) => {
    const code = character.charCodeAt(0)
    return code === 0x7f ? '⌂' : code < 0x20 ? controls437[code]! : codePage437[code - 0x80]!
  })
}

/** What is wrong with a name that would lead out of the zip; null for one that does not. */
export function zipNameProblem(name: string): string | null {
  if (name.startsWith('/') || /^[a-zA-Z]:/.test(name)) return 'an absolute path'
  return name.includes('..') && name.split('/').includes('..') ? 'a path that leads out of it' : null
}
