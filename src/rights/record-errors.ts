import { hostName } from '../daemon/identity.ts'
import type { Bad } from '../sources/source.ts'
import {
  addSourceErrors,
  openSourceErrors,
  type SourceError,
  supersedeSourceErrors,
} from '../state/audit/source-errors.ts'
import type { Pass } from './context.ts'
import { rowErrorOf } from './row-error.ts'

/** So many errors of a pass have a row each; of more than that only the number is kept. */
const mostRows = 500

/**
 * The errors rows of a source that is read record by record, again and again. What a record could not give stands until
 * the record is read again and gives it; what stands already is not told twice.
 */
export class RecordErrors {
  readonly #pass: Pass
  readonly #source: string
  readonly #open: Map<string, Set<string>>
  /** Files of errors that stand and were not read again in this pass. */
  readonly #unread: Set<string>
  #told = 0
  #rest = 0
  #bad = 0

  private constructor(pass: Pass, source: string, open: Map<string, Set<string>>) {
    this.#pass = pass
    this.#source = source
    this.#open = open
    this.#unread = new Set(open.keys())
  }

  static async of(pass: Pass, source: string): Promise<RecordErrors> {
    return new RecordErrors(pass, source, await openSourceErrors(pass.db, source))
  }

  /** Records and problems that could not be used. */
  get bad(): number {
    return this.#bad
  }

  /** These files were read, and this is what they could not give. */
  async read(files: Iterable<string>, bad: readonly Bad[]): Promise<void> {
    this.#bad += bad.length
    const byFile = Map.groupBy(bad, ({ file }) => file)
    for (const file of new Set([...files, ...byFile.keys()])) {
      const errors = (byFile.get(file) ?? []).map((each) => rowErrorOf(this.#source, each))
      await this.#replace(file, errors)
    }
  }

  /** The pass has ended. `all`: it has read every record, so what was not read again is gone. */
  async end(url: string, all: boolean): Promise<void> {
    const message = `${url}: ${this.#rest} more records cannot be read`
    const detail = JSON.stringify({ file: url })
    const rest = { source: this.#source, code: 'SOURCE_RECORD_INVALID' as const, message, detail }
    if (all || this.#rest > 0) await this.#replace(url, this.#rest > 0 ? [rest] : [])
    if (all) for (const file of [...this.#unread]) await this.#replace(file, [])
  }

  async #replace(file: string, errors: readonly SourceError[]): Promise<void> {
    this.#unread.delete(file)
    const known = this.#open.get(file) ?? new Set()
    const news = new Set(errors.map(({ message }) => message.slice(0, 4_000)))
    if (known.size === news.size && [...news].every((message) => known.has(message))) return
    const room = Math.max(0, mostRows - this.#told)
    const kept = errors.slice(0, room)
    this.#told += kept.length
    this.#rest += errors.length - kept.length
    await this.#pass.db.transaction(async (tx) => {
      if (known.size > 0) await supersedeSourceErrors(tx, file)
      await addSourceErrors(tx, kept, hostName)
    })
    this.#open.set(file, new Set(kept.map(({ message }) => message.slice(0, 4_000))))
  }
}
