import { analyses, type FieldKind, isAnalyzed } from '../schema/analysis.ts'
import { type IndexField, indexFields } from '../schema/index-fields.ts'
import { parseQuery, parseValue, type Query } from './query.ts'

/** What an item must have beside the words: one of these values in a field that is matched as it is. */
export interface Filter {
  /** One of `filterFields`. */
  readonly field: string
  /** Not empty. Of a number its digits. */
  readonly values: readonly string[]
}

/** Where a search looks. */
export interface Scope {
  /** One of `searchedFields`, to look for the words in it alone; without, they may be in the text and the catalogue. */
  readonly field?: string
  /** Each must be met. */
  readonly filters?: readonly Filter[]
}

/** The field of the text of a volume: what is found in it is found on pages. */
export const textField = 'ocr'

const named = (has: (field: IndexField) => boolean): readonly string[] =>
  indexFields.filter((field) => field.hides !== true && has(field)).map(({ name }) => name)

const unsearched: readonly FieldKind[] = ['display', 'long', 'boolean', 'date']
const filtered: readonly FieldKind[] = ['string', 'sortKey', 'long']

/** Fields that have words, or values that can be typed. */
export const searchedFields: readonly string[] = named(({ kind }) => !unsearched.includes(kind))

/** Fields whose values are matched as they are. */
export const filterFields: readonly string[] = named(({ kind }) => filtered.includes(kind))

/** Those of them that are integers. */
export const numberFields: readonly string[] = named(({ kind }) => kind === 'long')

const isWhole = ({ kind }: IndexField): boolean => !isAnalyzed(kind) || analyses[kind].tokens === 'whole'

const wholeFields = new Set(indexFields.filter(isWhole).map(({ name }) => name))

/** What a person typed, read as the field is that it is looked for in. */
export const queryIn = (text: string, { field }: Scope): Query =>
  field !== undefined && wholeFields.has(field) ? parseValue(text) : parseQuery(text)

/** Whether a search asks for something: words that must be there, or a filter, which is met without any. */
export const asksForSomething = ({ wanted }: Query, { filters = [] }: Scope): boolean =>
  wanted.length > 0 || filters.length > 0

/** The field that a document brings for one that an engine makes. */
export const broughtAs = (name: string): string => indexFields.find((field) => field.name === name)?.copiedFrom ?? name
