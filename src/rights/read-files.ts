import { hostName } from '../daemon/identity.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import type { Code } from '../errors/codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import { listFiles, type SourceFile } from '../sources/file-set.ts'
import type { Bad } from '../sources/source.ts'
import { addSourceErrors, supersedeGoneFiles, supersedeSourceErrors } from '../state/audit/source-errors.ts'
import { blocksOf } from './blocks.ts'
import { type Ending, markRead, unreadOf } from './changed-files.ts'
import type { Pass } from './context.ts'

/** How the files of one kind of source are read. */
export interface FileReader<Event> {
  readonly read: (path: string) => AsyncIterable<Event | Bad>
  readonly blockSize: number
  /** Takes a block in, and returns what of it cannot be used after all. */
  readonly load: (events: Event[], file: SourceFile) => Promise<Bad[]>
}

/** So many bad records or lines of a file have an errors row each; of more than that only the number is kept. */
const mostRows = 500

/**
 * Reads the changed files of a source block by block. What cannot be read becomes errors rows with the source text, in
 * place of those of the file's last reading; it never stops the feed: neither a bad line, nor a file that cannot be
 * opened, is damaged or is none, nor one that is rubbish, which is read no further. The files after it are read all the
 * same.
 */
export async function readFiles<Event extends { readonly kind: string }>(
  pass: Pass,
  source: string,
  patterns: readonly string[],
  reader: FileReader<Event>,
): Promise<void> {
  const files = await listFiles(patterns, pass.config.baseDir)
  await clearGone(pass, source, files)
  for (const file of await unreadOf(pass.db, source, files)) {
    if (pass.stop.aborted) return
    const reading = new FileReading(pass, source, file, reader)
    if (!(await reading.run())) return
  }
}

/** Looked at when the files change: a source without any looks as one whose mount is away, and is left alone. */
async function clearGone(pass: Pass, source: string, files: readonly SourceFile[]): Promise<void> {
  const paths = files.map(({ path }) => path)
  const list = paths.join('\n')
  if (paths.length === 0 || pass.listed.get(source) === list) return
  await pass.db.transaction((tx) => supersedeGoneFiles(tx, source, paths))
  pass.listed.set(source, list)
}

class FileReading<Event extends { readonly kind: string }> {
  readonly #pass: Pass
  readonly #source: string
  readonly #file: SourceFile
  readonly #reader: FileReader<Event>
  readonly #brake: StormBrake
  #records = 0
  #bad = 0
  #line = 0

  constructor(pass: Pass, source: string, file: SourceFile, reader: FileReader<Event>) {
    this.#pass = pass
    this.#source = source
    this.#file = file
    this.#reader = reader
    this.#brake = new StormBrake(pass.config.breaker.storm)
  }

  /** False when the process is to stop before the file was read. */
  async run(): Promise<boolean> {
    const { db, bus, tally } = this.#pass
    const { path } = this.#file
    await db.transaction((tx) => supersedeSourceErrors(tx, path))
    const ending = await this.#read()
    if (ending === 'stopped') return false
    await db.transaction((tx) => markRead(tx, this.#source, this.#file, ending))
    tally.counts.bad += this.#bad
    bus.emit('source.read', { source: this.#source, file: path, records: this.#records, bad: this.#bad })
    return true
  }

  async #read(): Promise<Ending | 'stopped'> {
    const { read, blockSize } = this.#reader
    const { path, flaw } = this.#file
    if (flaw !== null) {
      await this.#keepOne('SOURCE_FILE_UNREADABLE', flaw)
      return 'broken off'
    }
    try {
      for await (const block of blocksOf(read(path), blockSize)) {
        if (this.#pass.stop.aborted) return 'stopped'
        if (!(await this.#take(block))) return await this.#endInStorm()
      }
    } catch (error) {
      if (!(error instanceof SlipError) || error.code !== 'SOURCE_FILE_UNREADABLE') throw error
      await this.#tellRest()
      await this.#keepOne('SOURCE_FILE_UNREADABLE', error.message)
      return 'broken off'
    }
    await this.#tellRest()
    return 'whole'
  }

  /** Takes a block in as far as the storm brake lets it; false = it is to be the last. */
  async #take(block: readonly (Event | Bad)[]): Promise<boolean> {
    const isBad = (event: Event | Bad): event is Bad => event.kind === 'bad'
    let taken = 0
    for (const event of block) {
      taken++
      this.#brake.add(isBad(event) ? 'SOURCE_RECORD_INVALID' : null)
      if (isBad(event)) this.#line = event.line
      if (this.#brake.storm() !== null) break
    }
    const some = block.slice(0, taken)
    const events = some.filter((event): event is Event => !isBad(event))
    const unfit = await this.#reader.load(events, this.#file)
    await this.#keep([...some.filter(isBad), ...unfit])
    this.#records += events.length
    return this.#brake.storm() === null
  }

  async #keep(bad: readonly Bad[]): Promise<void> {
    const kept = bad.slice(0, Math.max(0, mostRows - this.#bad))
    this.#bad += bad.length
    if (kept.length === 0) return
    const errors = kept.map(({ file, line, message, text }) => ({
      source: this.#source,
      code: 'SOURCE_RECORD_INVALID' as const,
      message: `${file}:${line}: ${message}`,
      detail: JSON.stringify({ file, line, text }),
    }))
    await this.#pass.db.transaction((tx) => addSourceErrors(tx, errors, hostName))
  }

  async #endInStorm(): Promise<Ending> {
    const { failed, of } = this.#brake.storm() ?? { failed: 0, of: 0 }
    await this.#tellRest()
    const what = `${failed} of the last ${of} records or lines cannot be read: its reading ended at line ${this.#line}`
    await this.#keepOne('SOURCE_FILE_STOPPED', what)
    return 'broken off'
  }

  /** One row for all that have none of their own. */
  async #tellRest(): Promise<void> {
    const rest = this.#bad - mostRows
    if (rest > 0) await this.#keepOne('SOURCE_RECORD_INVALID', `${rest} more records or lines cannot be read`)
  }

  async #keepOne(code: Code, message: string): Promise<void> {
    const { path: file } = this.#file
    const error = { source: this.#source, code, message: `${file}: ${message}`, detail: JSON.stringify({ file }) }
    await this.#pass.db.transaction((tx) => addSourceErrors(tx, [error], hostName))
  }
}
