import type { Language } from '../languages.ts'

/** A catalogue record as its cataloguer sees it. */
export interface RecordSource {
  readonly id: string
  readonly language: Language
  readonly title: string
  /** Title in its own script, where the title above is romanized. */
  readonly originalTitle: string | null
  readonly author: string
  /** Statement of responsibility. */
  readonly statement: string
  readonly place: string
  readonly country: { readonly code: string; readonly name: string }
  readonly publisher: string
  readonly year: number
  readonly subjects: readonly string[]
  readonly callNumber: string
  readonly items: readonly string[]
}

const countries = {
  enk: { code: 'enk', name: 'England' },
  fr: { code: 'fr ', name: 'France' },
  gw: { code: 'gw ', name: 'Germany' },
  it: { code: 'it ', name: 'Italy' },
  gr: { code: 'gr ', name: 'Greece' },
  ru: { code: 'ru ', name: 'Russia' },
  is: { code: 'is ', name: 'Israel' },
  ua: { code: 'ua ', name: 'Egypt' },
  cc: { code: 'cc ', name: 'China' },
  ja: { code: 'ja ', name: 'Japan' },
}

type Imprint = [place: string, country: keyof typeof countries, publisher: string, year: number]

let next = 900_000_101

/** A record of the invented catalogue; ids are given in the order of the calls. */
export function record(
  language: Language,
  titles: string | [romanized: string, original: string],
  author: string,
  imprint: Imprint,
  subjects: string[],
  items: string[],
): RecordSource {
  const id = String(next++)
  const [title, originalTitle] = typeof titles === 'string' ? [titles, null] : titles
  const [place, country, publisher, year] = imprint
  const [family = '', given = ''] = author.replace(/, \d{4}-.*$/, '').split(', ')
  const statement = `by ${given} ${family}`.trim()
  const callNumber = `DA${670 + (next % 90)}.${family[0]}${10 + (next % 80)} ${year}`
  return {
    id,
    language,
    title,
    originalTitle,
    author,
    statement,
    place,
    country: countries[country],
    publisher,
    year,
    subjects,
    callNumber,
    items,
  }
}
