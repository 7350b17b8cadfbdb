/** A MARC record, whatever form it was read from. Fields in the order of the record. */
export interface MarcRecord {
  readonly leader: string
  readonly fields: readonly MarcField[]
  /** What was left out of it because it says nothing, as sentences. */
  readonly problems?: readonly string[]
}

export interface MarcField {
  /** Three characters: 001–009 are control fields; tags of letters (CID, FMT, HOL) are the maker's own. */
  readonly tag: string
  /** Of a control field; null for a data field. */
  readonly value: string | null
  /** Two characters; '' for a control field. */
  readonly indicators: string
  readonly subfields: readonly Subfield[]
}

export type Subfield = readonly [code: string, text: string]

export function controlField(tag: string, value: string): MarcField {
  return { tag, value, indicators: '', subfields: [] }
}

export function dataField(tag: string, indicators: string, subfields: readonly Subfield[]): MarcField {
  return { tag, value: null, indicators, subfields }
}

/** Of the field at a place, from 1. */
export const emptySubfield = (at: number, tag: string): string =>
  `Field ${at}, ${JSON.stringify(tag.slice(0, 40))}, of the record has an empty subfield, which was left out.`

/** The text of the first control field with this tag; '' when there is none. */
export function controlOf(marc: MarcRecord, tag: string): string {
  return marc.fields.find((field) => field.tag === tag && field.value !== null)?.value ?? ''
}

/** The data fields with this tag, without those in the original script. */
export function fieldsOf(marc: MarcRecord, tag: string): MarcField[] {
  return marc.fields.filter((field) => field.tag === tag && field.value === null)
}

/**
 * The tag a field stands for: an 880 holds in another script what the field its subfield 6 names (`245-01/$1`) holds in
 * transliteration.
 */
export function meantTag(field: MarcField): string {
  return field.tag === '880' ? (subfieldOf(field, '6')?.slice(0, 3) ?? '880') : field.tag
}

/** The first subfield with this code; null when there is none. */
export function subfieldOf(field: MarcField, code: string): string | null {
  return field.subfields.find((subfield) => subfield[0] === code)?.[1] ?? null
}

/** The subfields with one of these codes, in their order, joined by a space; '' when there is none. */
export function joined(field: MarcField, codes: string): string {
  return field.subfields
    .filter(([code]) => codes.includes(code))
    .map(([, text]) => text)
    .join(' ')
}
