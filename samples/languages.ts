import { arabic } from './prose/arabic.ts'
import { chinese } from './prose/chinese.ts'
import { english } from './prose/english.ts'
import { french } from './prose/french.ts'
import { german } from './prose/german.ts'
import { greek } from './prose/greek.ts'
import { hebrew } from './prose/hebrew.ts'
import { japanese } from './prose/japanese.ts'
import { latin } from './prose/latin.ts'
import type { PhraseBook } from './prose/phrase-book.ts'
import { russian } from './prose/russian.ts'

interface LanguageEntry {
  /** As the catalogue names it. */
  readonly name: string
  /** Code of MARC. */
  readonly marc: string
  readonly book: PhraseBook
  /** Characters in a line of print. */
  readonly columns: number
}

export const languages = {
  english: { name: 'English', marc: 'eng', book: english, columns: 64 },
  french: { name: 'French', marc: 'fre', book: french, columns: 64 },
  german: { name: 'German', marc: 'ger', book: german, columns: 64 },
  latin: { name: 'Latin', marc: 'lat', book: latin, columns: 60 },
  greek: { name: 'Greek, Ancient (to 1453)', marc: 'grc', book: greek, columns: 56 },
  russian: { name: 'Russian', marc: 'rus', book: russian, columns: 62 },
  hebrew: { name: 'Hebrew', marc: 'heb', book: hebrew, columns: 56 },
  arabic: { name: 'Arabic', marc: 'ara', book: arabic, columns: 56 },
  chinese: { name: 'Chinese', marc: 'chi', book: chinese, columns: 28 },
  japanese: { name: 'Japanese', marc: 'jpn', book: japanese, columns: 28 },
} as const satisfies Record<string, LanguageEntry>

export type Language = keyof typeof languages
