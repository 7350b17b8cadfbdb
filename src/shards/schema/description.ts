import { createHash } from 'node:crypto'
import { type Analysis, type AnalyzedKind, analyses } from './analysis.ts'
import { commonWords } from './common-words.ts'
import { type IndexField, indexFields } from './index-fields.ts'

/** What an index is, for every engine: the Solr schema and the OpenSearch mapping are made of it. */
export interface SchemaDescription {
  readonly fields: readonly IndexField[]
  readonly analyses: Readonly<Record<AnalyzedKind, Analysis>>
  readonly commonWords: readonly string[]
}

/** The schema of this release. */
export const schemaDescription: SchemaDescription = { fields: indexFields, analyses, commonWords }

/**
 * Which description an index was made of: 16 hexadecimal characters of the SHA-256 of its JSON. Any change of a field,
 * of a step of an analysis or of a common word makes another.
 */
export function schemaDigest(description: SchemaDescription): string {
  return createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 16)
}

/** The fields that mark what a search may not show: whatever has a value in one of them. */
export const hidingFields = ({ fields }: SchemaDescription): readonly string[] =>
  fields.filter(({ hides }) => hides).map(({ name }) => name)
