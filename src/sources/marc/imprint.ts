import { countriesOf } from './country-names.ts'
import { type BibField, distinct, headings, values } from './extract.ts'
import { languageNames } from './language-names.ts'
import { languagesOf } from './languages.ts'
import { controlOf, type MarcRecord } from './marc-record.ts'
import { publishDate } from './publish-date.ts'

/** By whom, where, when and in what language a book was published. */
export function imprintOf(marc: MarcRecord, fields: readonly BibField[]): Record<string, readonly string[]> {
  const date = publishDate(marc)
  const fixed = controlOf(marc, '008')
  // 264 names printers, makers and owners of rights, too
  const published = fields.filter(({ tag, field }) => tag !== '264' || field.indicators[1] === '1')
  return {
    publisher: values(published, { 260: 'b', 264: 'b', 533: 'c' }),
    edition: values(fields, { 250: 'a' }),
    countryOfPubStr: distinct([
      ...countriesOf(fixed.slice(15, 18).replace(/[^a-z]/g, '')),
      ...headings(fields, { 752: 'ab' }),
    ]),
    publishDate: date === null ? [] : [date],
    language: languagesOf(marc),
    language008_full: [languageNames.get(fixed.slice(35, 38)) ?? []].flat(),
  }
}
