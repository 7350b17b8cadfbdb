import { languageNames } from './language-names.ts'
import { controlOf, fieldsOf, type MarcRecord } from './marc-record.ts'

/**
 * The languages of a record by name, each once: that of the 008, then those of 041 a, d, e and j, where old records write
 * several codes of three letters in one subfield. A code that MARC has no language for gives none, as in the catalogue.
 */
export function languagesOf(marc: MarcRecord): string[] {
  const stated = fieldsOf(marc, '041')
    .flatMap(({ subfields }) => subfields.filter(([code]) => 'adej'.includes(code)))
    .flatMap(([, text]) => text.match(/.{1,3}/g) ?? [])
  const codes = [controlOf(marc, '008').slice(35, 38), ...stated]
  return [...new Set(codes.flatMap((code) => languageNames.get(code) ?? []))]
}
