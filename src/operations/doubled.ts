import { type Engine, type Held, mostScanned } from '../shards/engine.ts'
import { shardNumbers } from '../shards/shard-numbers.ts'

/** An item that more than one shard of a target holds. */
export interface Doubled {
  readonly htid: string
  readonly shards: readonly number[]
}

export interface DoubledOptions {
  /** Documents read so far. */
  readonly onPage?: (documents: number) => void
  readonly onDoubled: (doubled: Doubled) => void
}

/** Documents in memory at a time, of all shards together. */
const mostHeld = 100_000
const leastPage = 100
/** So many are looked at again in one go. */
const candidatesAtOnce = 500

/**
 * Looks for items that lie in two shards: all shards are read in the order of their ids, side by side, so that the same id
 * of two of them comes up at the same time. They are read over some time, in which a stray may go; so each is asked for by
 * key before it is told. Returns how many documents were read.
 */
export async function findDoubled(
  { engine, shards }: { readonly engine: Engine; readonly shards: number },
  { onPage, onDoubled }: DoubledOptions,
): Promise<number> {
  const numbers = shardNumbers(shards)
  await Promise.all(numbers.map((shard) => engine.commit(shard, 'visible')))
  const size = Math.min(mostScanned, Math.max(leastPage, Math.floor(mostHeld / shards)))
  let documents = 0
  const onRead = (read: number) => {
    documents += read
    onPage?.(documents)
  }
  const readers = numbers.map((shard) => new ShardReader(engine, shard, size, onRead))
  const tell = async (candidates: readonly Doubled[]) => {
    for (const doubled of await stillDoubled(engine, candidates)) onDoubled(doubled)
  }
  let candidates: Doubled[] = []
  for (;;) {
    for (const reader of readers) if (reader.isSpent) await reader.read()
    const htid = leastOf(readers)
    if (htid === null) break
    const holding = readers.filter((reader) => reader.takes(htid))
    if (holding.length > 1) candidates.push({ htid, shards: holding.map(({ shard }) => shard) })
    if (candidates.length < candidatesAtOnce) continue
    await tell(candidates)
    candidates = []
  }
  await tell(candidates)
  return documents
}

/** Ids are ASCII: the order of JavaScript is that of their bytes. */
function leastOf(readers: readonly ShardReader[]): string | null {
  let least: string | null = null
  for (const { head } of readers) if (head !== null && (least === null || head < least)) least = head
  return least
}

/** The ids of a shard in order, a page at a time. */
class ShardReader {
  readonly shard: number
  readonly #engine: Engine
  readonly #size: number
  readonly #onRead: (documents: number) => void
  #page: readonly Held[] = []
  #at = 0
  #isLast = false

  constructor(engine: Engine, shard: number, size: number, onRead: (documents: number) => void) {
    this.shard = shard
    this.#engine = engine
    this.#size = size
    this.#onRead = onRead
  }

  /** The next page must be read before there is a head again. */
  get isSpent(): boolean {
    return this.#at >= this.#page.length && !this.#isLast
  }

  /** The next id; null behind the last. */
  get head(): string | null {
    return this.#page[this.#at]?.id ?? null
  }

  async read(): Promise<void> {
    this.#page = await this.#engine.scan(this.shard, this.#page.at(-1)?.id ?? '', this.#size)
    this.#at = 0
    this.#isLast = this.#page.length < this.#size
    this.#onRead(this.#page.length)
  }

  /** Goes past an id where it is the next. */
  takes(id: string): boolean {
    if (this.head !== id) return false
    this.#at += 1
    return true
  }
}

/** Those of the candidates that two shards still hold, with the shards that do. */
async function stillDoubled(engine: Engine, candidates: readonly Doubled[]): Promise<Doubled[]> {
  const asked = new Map<number, string[]>()
  for (const { htid, shards } of candidates)
    for (const shard of shards) asked.set(shard, [...(asked.get(shard) ?? []), htid])
  const answers = await Promise.all(
    [...asked].map(async ([shard, ids]) => (await engine.get(shard, ids)).map(({ id }) => ({ id, shard }))),
  )
  const held = Map.groupBy(answers.flat(), ({ id }) => id)
  return candidates
    .map(({ htid }) => ({ htid, shards: (held.get(htid) ?? []).map(({ shard }) => shard).sort((a, b) => a - b) }))
    .filter(({ shards }) => shards.length > 1)
}
