import { hostName } from '../daemon/identity.ts'
import { StormBrake } from '../daemon/storm-brake.ts'
import type { Code } from '../errors/codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { SourceFile } from '../sources/file-set.ts'
import type { Bad } from '../sources/source.ts'
import { addSourceErrors, supersedeSourceErrors } from '../state/audit/source-errors.ts'
import type { Connection } from '../state/connection.ts'
import { blocksOf, heldBack, oneAhead } from './blocks.ts'
import type { Ending } from './changed-files.ts'
import type { Pass } from './context.ts'
import { keepCountsOnTheWay } from './keep-counts.ts'
import { LineNumbers } from './line-numbers.ts'

/** How the files of one kind of source are read. */
export interface FileReader<Event> {
  readonly read: (path: string) => AsyncIterable<Event | Bad>
  readonly blockSize: number
  /** About how many bytes an event holds, where that may be many. */
  readonly weigh?: (event: Event) => number
  /** Takes a block in, and returns what of it cannot be used after all. */
  readonly load: (events: Event[], file: SourceFile) => Promise<Bad[]>
  /**
   * Where blocks may be taken in while those before them are: what an event is about. Blocks that are about the same
   * follow each other.
   */
  readonly about?: (event: Event) => string
}

/**
 * So many blocks are made ready and taken in at a time: with two the database waited for the next one while one of them was
 * being made ready.
 */
const mostUnderWay = 3

/** A block that is being taken in. */
interface Taking<Event> {
  readonly events: Event[]
  readonly bad: readonly Bad[]
  /** False = it is the last, for the storm brake lets no more of the file in. */
  readonly goesOn: boolean
  readonly loading: Promise<Bad[]>
}

/** What a file gave. */
export interface FileRead {
  readonly file: string
  readonly records: number
  readonly bad: number
  /** stopped: the process is to end before the file was read. */
  readonly ending: Ending | 'stopped'
}

/** So many bad records or lines of a file have an errors row each; of more than that the numbers are kept, in one row. */
const mostRows = 500
/** Characters of a message in slip_errors, without what stands around the numbers of lines. */
const mostOfMessage = 3_900

/** One file, read to its end or as far as it goes. */
export class FileReading<Event extends { readonly kind: string }> {
  readonly #pass: Pass
  readonly #source: string
  readonly #file: SourceFile
  readonly #reader: FileReader<Event>
  /** A person handed it over: it is none of the source's own, and its errors stand though it is not among them. */
  readonly #isHanded: boolean
  readonly #brake: StormBrake
  #records = 0
  #bad = 0
  #line = 0
  /** Of the bad ones that have no row of their own. */
  readonly #numbers: LineNumbers

  constructor(pass: Pass, source: string, file: SourceFile, reader: FileReader<Event>, isHanded = false) {
    this.#pass = pass
    this.#source = source
    this.#file = file
    this.#reader = reader
    this.#isHanded = isHanded
    this.#brake = new StormBrake(pass.config.breaker.storm)
    this.#numbers = new LineNumbers(mostOfMessage - file.path.length)
  }

  /** `end`: what belongs to the end of the reading, unless the process is to stop before. */
  async run(end: (tx: Connection, ending: Ending) => Promise<void>): Promise<FileRead> {
    const { db, bus } = this.#pass
    const { path: file } = this.#file
    await db.transaction((tx) => supersedeSourceErrors(tx, file))
    const ending = await this.#read()
    const read = { file, records: this.#records, bad: this.#bad }
    if (ending === 'stopped') return { ...read, ending }
    await db.transaction((tx) => end(tx, ending))
    bus.emit('source.read', { source: this.#source, ...read })
    return { ...read, ending }
  }

  async #read(): Promise<Ending | 'stopped'> {
    const { read, blockSize, weigh } = this.#reader
    const { path, flaw } = this.#file
    if (flaw !== null) {
      await this.#keepOne('SOURCE_FILE_UNREADABLE', flaw)
      return 'broken off'
    }
    try {
      const weighed = (event: Event | Bad) => (isBad(event) ? 0 : (weigh?.(event) ?? 0))
      const ending = await this.#takeAll(oneAhead(blocksOf(read(path), blockSize, weighed)))
      if (ending !== 'whole') return ending === 'storm' ? await this.#endInStorm() : ending
    } catch (error) {
      if (!(error instanceof SlipError) || error.code !== 'SOURCE_FILE_UNREADABLE') throw error
      await this.#tellRest()
      await this.#keepOne('SOURCE_FILE_UNREADABLE', error.message)
      return 'broken off'
    }
    await this.#tellRest()
    return 'whole'
  }

  /** Each block is made ready while the database has those before it. What is under way ends before this does. */
  async #takeAll(blocks: AsyncIterable<readonly (Event | Bad)[]>): Promise<'whole' | 'storm' | 'stopped'> {
    const underWay: Taking<Event>[] = []
    try {
      return await this.#startAll(blocks, underWay)
    } finally {
      await this.#finishAll(underWay)
    }
  }

  async #startAll(blocks: AsyncIterable<readonly (Event | Bad)[]>, underWay: Taking<Event>[]) {
    for await (const block of blocks) {
      if (this.#pass.stop.aborted) return 'stopped'
      const weighed = this.#weigh(block)
      while (underWay.some((before) => !this.#areApart(before, weighed))) await this.#finish(underWay)
      underWay.push({ ...weighed, loading: heldBack(this.#reader.load(weighed.events, this.#file)) })
      if (underWay.length === mostUnderWay) await this.#finish(underWay)
      if (!weighed.goesOn) return 'storm'
    }
    return 'whole'
  }

  /** As much of a block as the storm brake lets in. */
  #weigh(block: readonly (Event | Bad)[]): Omit<Taking<Event>, 'loading'> {
    let taken = 0
    for (const event of block) {
      taken++
      if (isNote(event)) continue
      this.#brake.add(isBad(event) ? 'SOURCE_RECORD_INVALID' : null)
      if (isBad(event)) this.#line = event.line
      if (this.#brake.storm() !== null) break
    }
    const some = block.slice(0, taken)
    const events = some.filter((event): event is Event => !isBad(event))
    return { events, bad: some.filter(isBad), goesOn: this.#brake.storm() === null }
  }

  #areApart(before: Pick<Taking<Event>, 'events'>, next: Pick<Taking<Event>, 'events'>): boolean {
    const { about } = this.#reader
    if (about === undefined) return false
    const taken = new Set(before.events.map(about))
    return !next.events.some((event) => taken.has(about(event)))
  }

  /** Also where a file is damaged: what came before that is taken in. */
  async #finishAll(underWay: Taking<Event>[]): Promise<void> {
    try {
      while (underWay.length > 0) await this.#finish(underWay)
    } finally {
      await Promise.allSettled(underWay.map(({ loading }) => loading))
    }
  }

  /** The first of those under way is taken in. */
  async #finish(underWay: Taking<Event>[]): Promise<void> {
    const { events, bad, loading } = underWay[0]!
    const unfit = await loading
    underWay.shift()
    await this.#keep(inOrder([...bad, ...unfit]))
    this.#records += events.length
    this.#pass.tally.of(this.#source).count('seen', events.length + bad.filter((each) => !isNote(each)).length)
    await keepCountsOnTheWay(this.#pass)
  }

  async #keep(bad: readonly Bad[]): Promise<void> {
    const kept = bad.slice(0, Math.max(0, mostRows - this.#bad))
    for (const each of bad.slice(kept.length)) this.#numbers.add(each)
    this.#bad += bad.length
    this.#pass.tally.of(this.#source).addBad(bad)
    if (kept.length === 0) return
    const errors = kept.map(({ file, line, message, text }) => ({
      source: this.#source,
      code: 'SOURCE_RECORD_INVALID' as const,
      message: `${file}:${line}: ${message}`,
      detail: this.#detail({ file, line, text }),
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
    if (rest <= 0) return
    const what = `${rest} more records or lines cannot be used whole: ${this.#numbers.text}`
    await this.#keepOne('SOURCE_RECORD_INVALID', what)
  }

  async #keepOne(code: Code, message: string): Promise<void> {
    const { path: file } = this.#file
    const error = { source: this.#source, code, message: `${file}: ${message}`, detail: this.#detail({ file }) }
    await this.#pass.db.transaction((tx) => addSourceErrors(tx, [error], hostName))
  }

  #detail(of: object): string {
    return JSON.stringify(this.#isHanded ? { ...of, handed: true } : of)
  }
}

/** By their lines; those of a tar file by file. */
function inOrder(bad: readonly Bad[]): Bad[] {
  const byMember = Map.groupBy(bad, ({ member }) => member)
  return [...byMember.values()].flatMap((ofMember) => ofMember.toSorted((a, b) => a.line - b.line))
}

const isBad = (event: { readonly kind: string }): event is Bad => event.kind === 'bad'

/** What cannot be used of a record that is used all the same: the record counts by itself. */
const isNote = (event: { readonly kind: string }): boolean => isBad(event) && event.part !== undefined
