import { exitCodes } from '../daemon/exit-codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Connection, Database } from '../state/connection.ts'
import type { Session } from './command.ts'
import { type NamedIds, readIdsFile, sortIds } from './item-ids.ts'
import { note } from './print.ts'

/** Arguments that name items. */
export interface NamingArguments extends Session {
  readonly ids?: readonly string[]
  readonly idsFile?: string
}

/** The ids named on the command line and in the file; undefined when none is. Throws USAGE for a file that cannot be read. */
export async function namedItems({ ids = [], idsFile }: NamingArguments): Promise<NamedIds | undefined> {
  if (ids.length === 0 && idsFile === undefined) return undefined
  return sortIds([...ids, ...(idsFile === undefined ? [] : await readIdsFile(idsFile))])
}

/** As namedItems. Throws USAGE when none is named. */
export async function neededItems(args: NamingArguments): Promise<NamedIds> {
  const named = await namedItems(args)
  if (named === undefined) throw new SlipError('USAGE', 'name ids, or a file of ids')
  return named
}

const pageSize = 1_000

/** In pages short enough for a transaction. */
export function* pagesOf(htids: readonly string[]): Generator<string[]> {
  for (let from = 0; from < htids.length; from += pageSize) yield htids.slice(from, from + pageSize)
}

/** What became of a page of items in a target. */
export interface PageOutcome {
  readonly done: readonly string[]
  /** A worker has them. */
  readonly claimed: readonly string[]
}

/** What became of all pages. */
export class Outcomes {
  /** Ids by target. */
  readonly targets: Record<string, string[]> = {}
  /** Each id once, though done in several targets. */
  readonly done = new Set<string>()
  readonly claimed = new Set<string>()

  add(target: string, { done, claimed }: PageOutcome): void {
    this.targets[target] = (this.targets[target] ?? []).concat(done)
    for (const htid of done) this.done.add(htid)
    for (const htid of claimed) this.claimed.add(htid)
  }

  /** Those that no target knew. */
  unknown(htids: readonly string[]): string[] {
    return htids.filter((htid) => !this.done.has(htid) && !this.claimed.has(htid))
  }
}

/** Does `work` to items in every target, a transaction for each page. */
export async function throughPages(
  db: Database,
  targets: readonly string[],
  htids: readonly string[],
  work: (tx: Connection, target: string, page: readonly string[]) => Promise<PageOutcome>,
): Promise<Outcomes> {
  const outcomes = new Outcomes()
  for (const page of pagesOf(htids)) {
    for (const target of targets) outcomes.add(target, await db.transaction((tx) => work(tx, target, page)))
  }
  return outcomes
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
export function tellUnserved(participle: string, invalid: NamedIds['invalid'], others: readonly Unserved[]): number {
  const unserved = [
    ...invalid.map(({ id, problem }) => ({ id: JSON.stringify(id.slice(0, 300)), why: problem })),
    ...others,
  ]
  for (const { id, why } of unserved.slice(0, shown)) note(`not ${participle}: ${id} ${why}`)
  if (unserved.length > shown) note(`not ${participle}: ${unserved.length - shown} more; --json lists them all`)
  return unserved.length > 0 ? exitCodes.someRejected : exitCodes.done
}
