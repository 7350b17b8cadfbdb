// IBM PC code page 437, what a zip is in that does not say UTF-8: what differs from ASCII. Control characters are signs there.
const controls437 = '\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼'
const codePage437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0'

/** The name of an entry as text, with `/`, of the bytes from `at` to `end`. */
export function zipName(bytes: Buffer, at: number, end: number, isUtf8: boolean): string {
  return withSlashes(isUtf8 ? bytes.toString('utf8', at, end) : from437(bytes.toString('latin1', at, end)))
}

/** The same of an extra field of Info-ZIP, which gives it in UTF-8. */
export const unicodeName = (bytes: Buffer): string => withSlashes(bytes.toString('utf8'))

const withSlashes = (name: string): string => (name.includes('\\') ? name.replaceAll('\\', '/') : name)

const outsideAscii = /[^\x20-\x7e]/

function from437(text: string): string {
  if (!outsideAscii.test(text)) return text
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
