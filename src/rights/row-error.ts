import type { Bad } from '../sources/source.ts'
import type { SourceError } from '../state/audit/source-errors.ts'

/** The errors row of a record or row that is known by a name of its own, not by a line of a file. */
export const rowErrorOf = (source: string, { file, message, text }: Bad): SourceError => ({
  source,
  code: 'SOURCE_RECORD_INVALID',
  message: `${file}: ${message}`,
  detail: JSON.stringify({ file, text }),
})
