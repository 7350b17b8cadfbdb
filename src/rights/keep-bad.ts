import { hostName } from '../daemon/identity.ts'
import type { SourceFile } from '../sources/file-set.ts'
import type { Bad } from '../sources/source.ts'
import { replaceSourceErrors } from '../state/audit/errors.ts'
import type { Connection } from '../state/connection.ts'
import type { Pass } from './context.ts'

/** What a file holds that cannot be read becomes errors rows, with the source text, in place of those of its last reading. */
export async function keepBad(
  tx: Connection,
  pass: Pass,
  source: string,
  file: SourceFile,
  bad: readonly Bad[],
): Promise<void> {
  pass.tally.counts.bad += bad.length
  const errors = bad.map(({ line, message, text }) => ({
    source,
    recordId: null,
    message: `${file.path}:${line}: ${message}`,
    detail: JSON.stringify({ file: file.path, line, text }),
  }))
  await replaceSourceErrors(tx, file.path, errors, hostName)
}
