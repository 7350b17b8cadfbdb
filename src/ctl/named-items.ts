import { exitCodes } from '../daemon/exit-codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import { type IdPage, type InvalidId, readIds } from '../sources/id-list.ts'
import type { SeenIds } from '../sources/seen-ids.ts'
import type { Connection, Database } from '../state/connection.ts'
import type { Session } from './command.ts'
import { note } from './print.ts'

/** Arguments that name items. */
export interface NamingArguments extends Session {
  readonly ids?: readonly string[]
  readonly idsFile?: string
}

/** Items that were named, in pages short enough for a transaction; they can be gone through once. */
export type NamedItems = AsyncIterable<IdPage>

/**
 * The ids named on the command line and in the file, `-` = standard input; undefined when none is. A file that cannot be
 * read throws USAGE when it is gone through.
 */
export function namedItems({ ids = [], idsFile }: NamingArguments): NamedItems | undefined {
  return ids.length === 0 && idsFile === undefined ? undefined : readIds(ids, idsFile)
}

/** As namedItems. Throws USAGE when none is named. */
export function neededItems(args: NamingArguments): NamedItems {
  const named = namedItems(args)
  if (named === undefined) throw new SlipError('USAGE', 'name ids, a file of ids, or - for standard input')
  return named
}

/** What became of a page of items in a target. */
export interface PageOutcome {
  readonly done: readonly string[]
  /** A worker has them. */
  readonly claimed: readonly string[]
}

/** What became of all pages. */
export class Outcomes {
  /** Ids by target, where they are wanted. */
  readonly targets: Record<string, string[]> = {}
  readonly claimed: string[] = []
  /** Those that no target knew. */
  readonly unknown: string[] = []
  readonly invalid: InvalidId[] = []
  /** Items, each once, though done in several targets. */
  done = 0
  readonly #keepsIds: boolean

  /** `keepsIds`: the ids are printed at the end, target by target. */
  constructor(keepsIds: boolean) {
    this.#keepsIds = keepsIds
  }

  /**
   * `outcomes`: of one page, by target. `page`: what was named, when something was. `seen`: where an item may be in several
   * pages.
   */
  add(outcomes: readonly (readonly [target: string, outcome: PageOutcome])[], page?: IdPage, seen?: SeenIds): void {
    const done = new Set(outcomes.flatMap(([, outcome]) => outcome.done))
    const claimed = new Set(outcomes.flatMap(([, outcome]) => outcome.claimed))
    for (const htid of done) if (seen === undefined || seen.add(htid)) this.done++
    for (const htid of claimed) if (seen === undefined || seen.add(htid)) this.claimed.push(htid)
    for (const [target, outcome] of outcomes) {
      const known = this.targets[target] ?? []
      this.targets[target] = known
      if (this.#keepsIds) for (const htid of outcome.done) known.push(htid)
    }
    if (page === undefined) return
    for (const htid of page.htids) if (!done.has(htid) && !claimed.has(htid)) this.unknown.push(htid)
    for (const each of page.invalid) this.invalid.push(each)
  }
}

/** Does `work` to items in every target, a transaction for each page. */
export async function throughPages(
  db: Database,
  targets: readonly string[],
  named: NamedItems,
  work: (tx: Connection, target: string, htids: readonly string[]) => Promise<PageOutcome>,
  { json }: Session,
): Promise<Outcomes> {
  const all = new Outcomes(json)
  for await (const page of named) {
    const outcomes: [string, PageOutcome][] = []
    for (const target of page.htids.length === 0 ? [] : targets)
      outcomes.push([target, await db.transaction((tx) => work(tx, target, page.htids))])
    all.add(outcomes, page)
  }
  return all
}

/** An item that was named and not served, and why, as the end of a sentence. */
export interface Unserved {
  readonly id: string
  readonly why: string
}

const shown = 20

/**
 * Tells beside the answer what was not done, the first of it where it is much: `--json` has it whole. Returns the exit
 * code.
 *
 * @param participle what was not done to them: `held`, `purged`
 */
export function tellUnserved(
  participle: string,
  { invalid }: Pick<Outcomes, 'invalid'>,
  others: readonly Unserved[],
): number {
  const first = invalid.slice(0, shown).map(({ id, line, problem }) => {
    return `${line === undefined ? '' : `line ${line}: `}${JSON.stringify(id)} ${problem}`
  })
  const unserved = [...first, ...others.slice(0, shown).map(({ id, why }) => `${id} ${why}`)].slice(0, shown)
  for (const each of unserved) note(`not ${participle}: ${each}`)
  const count = invalid.length + others.length
  if (count > unserved.length) note(`not ${participle}: ${count - unserved.length} more; --json lists them all`)
  return count > 0 ? exitCodes.someRejected : exitCodes.done
}
