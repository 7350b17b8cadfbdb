import { joined, type MarcField, type MarcRecord, meantTag } from './marc-record.ts'

/** A data field of a record but 974, under the tag it stands for: what is said of the book, and not of its items. */
export interface BibField {
  readonly tag: string
  readonly field: MarcField
}

/** Codes of subfields, by the tag of their field. */
export type Taken = Readonly<Record<string, string>>

/** The fields of a record that are asked for texts; of a record with 900 items they are a tenth. */
export function bibFields(marc: MarcRecord): BibField[] {
  return marc.fields
    .filter(({ tag, value }) => value === null && tag !== '974')
    .map((field) => ({ tag: meantTag(field), field }))
}

/** The same codes of several tags. */
export function ofTags(tags: string, codes: string): Taken {
  return Object.fromEntries(tags.split(' ').map((tag) => [tag, codes]))
}

/** A text for each field, in the order of the record, each once: its subfields in their order, joined by a blank. */
export function headings(fields: readonly BibField[], taken: Taken): string[] {
  return distinct(fields.map(({ tag, field }) => joined(field, taken[tag] ?? '')))
}

/** A text for each subfield, in the order of the record, each once. */
export function values(fields: readonly BibField[], taken: Taken): string[] {
  return distinct(
    fields.flatMap(({ tag, field }) =>
      field.subfields.filter(([code]) => taken[tag]?.includes(code)).map(([, text]) => text),
    ),
  )
}

/** Each text once, none that is empty. */
export function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '')
}
