import { languages } from '../languages.ts'
import { sentence } from '../prose/phrase-book.ts'
import { Random } from '../random.ts'
import type { Volume } from '../volumes.ts'

/** What is printed on the title page. */
export interface TitlePage {
  readonly title: string
  readonly author: string
  readonly imprint: string
}

/** The pages of a volume as the OCR left them: bytes of the page files, in the order of the pages. */
export function pageTexts(volume: Volume, title: TitlePage): Buffer[] {
  return Array.from({ length: volume.pages }, (_, index) => {
    const number = index + 1
    if (volume.trouble === 'empty pages' && number % 4 === 2) return Buffer.alloc(0)
    const random = new Random(`${volume.id} page ${number}`)
    const text = written(pageOf(volume, title, number, random), volume, number)
    const isLatin1 = volume.trouble === 'invalid UTF-8' && (number === 8 || number === 21)
    return isLatin1 ? Buffer.from(text.replaceAll('’', "'").replaceAll('œ', 'oe'), 'latin1') : Buffer.from(text)
  })
}

function pageOf(volume: Volume, title: TitlePage, number: number, random: Random): string {
  const fromFront = volume.mets.backCoverFirst ? volume.pages + 1 - number : number
  if (fromFront === 1 || fromFront === 2) return `${title.title}\n`
  if (fromFront === 3) return `${title.title}\n\n${title.author}\n\n${title.imprint}\n`
  if (fromFront === volume.pages) return `${title.imprint}\n`
  const head = `${number}  ${title.title.slice(0, 40)}`
  const planted = volume.planted[number]
  const body = [paragraph(volume, random), ...(planted === undefined ? [] : [planted]), paragraph(volume, random)]
  return `${head}\n\n${body.join('\n\n')}\n`
}

function paragraph(volume: Volume, random: Random): string {
  const { book, columns } = languages[volume.language]
  const length = book.space === '' ? random.whole(6, 14) : random.whole(3, 7)
  const sentences = Array.from({ length }, () => sentence(book, random))
  const text = volume.text.longS ? longS(sentences.join(' ')) : sentences.join(book.space)
  return book.space === '' ? chopped(text, columns) : wrapped(text, columns, volume.text.hyphen, random)
}

/** The long s of old print: everywhere but at the end of a word. */
function longS(text: string): string {
  return text.replace(/s(?=\p{Ll})/gu, 'ſ')
}

function chopped(text: string, columns: number): string {
  return text.match(new RegExp(`.{1,${columns}}[。、，；]*`, 'gu'))!.join('\n')
}

function wrapped(text: string, columns: number, hyphen: string | null, random: Random): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const room = columns - line.length - 1
    if (word.length <= room) {
      line = line === '' ? word : `${line} ${word}`
      continue
    }
    const at = hyphen === null || !random.chance(0.6) ? 0 : lastDivision(word, room - 1)
    lines.push(at === 0 ? line : `${line} ${word.slice(0, at)}${hyphen}`)
    line = word.slice(at)
  }
  return [...lines, line].join('\n')
}

/** Where a long word may be divided, within so many letters: between a vowel and a consonant with its vowel; 0 = nowhere. */
function lastDivision(word: string, room: number): number {
  if (!/^\p{L}{8,}[.,;]?$/u.test(word)) return 0
  for (let at = Math.min(room, word.length - 4); at >= 3; at--) {
    if (isVowel(word[at - 1]!) && !isVowel(word[at]!) && isVowel(word[at + 1]!)) return at
  }
  return 0
}

function isVowel(letter: string): boolean {
  return /[aeiouyαεηιουωаеиоуыэюя]/i.test(letter.normalize('NFD')[0]!)
}

function written(text: string, volume: Volume, number: number): string {
  const withEnds = volume.text.lineEnd === '\n' ? text : text.replaceAll('\n', volume.text.lineEnd)
  if (!volume.text.references || number % 2 === 1) return withEnds
  return withEnds.replace(/[^\0-\x7f]/g, (letter) => `#{${letter.charCodeAt(0)}}`)
}
