import { type BibField, headings, ofTags, type Taken, values } from './extract.ts'
import { joined, type MarcField } from './marc-record.ts'
import { sortKey, trimPunctuation } from './punctuation.ts'

// Of 245 by MARC 21: a title, b remainder, f and g dates, k form, n number and p name of a part, s version; in old records
// d and e, parts too. h names the medium, and c who is responsible.
const named = 'abdefgknps'

// Linking entries but 774: what is bound into a volume is a book of its own.
const linked = '760 762 765 767 770 772 773 775 776 777 780 785 786 787'

/** Titles the volume itself goes by: uniform, its own, former ones. */
const top: Taken = { ...ofTags('130 240', 'adfghklmnoprst'), 245: named, 247: 'abfgnp' }

/**
 * Titles of other forms, without the dates they were borne; of its series, with their ISSN; of what it contains, continues or
 * accompanies.
 */
const rest: Taken = {
  ...{ 210: 'ab', 222: 'ab', 242: 'abnpy', 243: 'adfghklmnoprs', 246: 'abnp', 247: 'abnp' },
  ...{ 440: 'anpvx', 490: 'avx', 505: 't', 740: 'anp' },
  ...ofTags('700 710 711', 'fgklmnoprst'),
  ...ofTags('730 830', 'adfgklmnoprstvx'),
  ...ofTags(linked, 'st'),
}

const traced: Taken = { ...ofTags('440', 'anp'), ...ofTags('800 810 811', 'abcdfnpqt'), 830: 'anp' }
const untraced: Taken = { 490: 'a' }

/** The titles of a record; those of a serial once more as such. */
export function titlesOf(fields: readonly BibField[], formats: readonly string[]): Record<string, readonly string[]> {
  const all = fields.filter(({ tag }) => tag === '245').map(({ field }) => field)
  const titles = {
    title: each(all, named),
    title_ab: each(all, 'ab'),
    title_a: each(all, 'a'),
    title_rest: restOf(fields),
  }
  const { title, title_ab, title_a, title_rest } = titles
  const asSerial = {
    serialTitle: title,
    serialTitle_ab: title_ab,
    serialTitle_a: title_a,
    serialTitle_rest: title_rest,
  }
  return {
    ...titles,
    title_c: values(fields, { 245: 'c' }).map(trimPunctuation),
    title_top: headings(fields, top),
    series: headings(fields, traced),
    series2: values(fields, untraced),
    ...(formats.includes('Serial') ? asSerial : {}),
    ...shownAndSorted(all),
  }
}

/** A name that heads a work is a title only where the work is named. */
function restOf(fields: readonly BibField[]): string[] {
  const titled = fields.filter(
    ({ tag, field }) => !/^7[01][01]$/.test(tag) || field.subfields.some(([code]) => code === 't'),
  )
  return headings(titled, rest)
}

/** Of each field, that in the script of its language too. An archive may have no title but its kind, in k. */
function each(all: readonly MarcField[], codes: string): string[] {
  return all.map((field) => trimPunctuation(joined(field, codes) || joined(field, 'knp'))).filter((text) => text !== '')
}

function shownAndSorted(all: readonly MarcField[]) {
  const [shown, original] = [all.filter(({ tag }) => tag === '245'), all.filter(({ tag }) => tag === '880')].map(
    (fields) => each(fields, `${named}c`)[0],
  )
  const display = shown !== undefined && original !== undefined ? `${shown} (${original})` : (shown ?? original)
  const filing = all.map(filingTitle).find((title) => title !== '') ?? ''
  return {
    vtitle: each(
      all.filter(({ tag }) => tag === '880'),
      named,
    ).slice(0, 1),
    title_display: display === undefined ? [] : [display],
    titleSort: [trimPunctuation(filing)].filter((text) => text !== ''),
    title_sortkey: [sortKey(filing)].filter((text) => text !== ''),
  }
}

/** Without the article it begins with, whose length is the second indicator; only a title proper begins with one. */
function filingTitle(field: MarcField): string {
  const title = joined(field, 'abnps') || joined(field, 'k')
  const beginsWithTitle = field.subfields.find(([code]) => /[a-z]/.test(code))?.[0] === 'a'
  const article = beginsWithTitle ? Number.parseInt(field.indicators[1] ?? '', 10) || 0 : 0
  return article < title.length ? title.slice(article) : title
}
