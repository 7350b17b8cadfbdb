import { SlipError } from '../errors/slip-error.ts'
import type { Connection, Database } from '../state/connection.ts'
import type { ErrorFilter, ErrorPage, PageDone } from '../state/queue/error-filter.ts'
import { type ErrorArguments, errorSelection } from './error-selection.ts'
import type { NamedIds } from './item-ids.ts'
import { namedItems, Outcomes, pagesOf, tellUnserved } from './named-items.ts'
import { print } from './print.ts'

/** Options of the commands that do something to unresolved errors. */
export interface ActingArguments extends ErrorArguments {
  readonly id?: readonly string[]
  readonly idsFile?: string
  readonly all: boolean
}

type Work = (tx: Connection, filter: ErrorFilter, page: ErrorPage) => Promise<PageDone>

/** The unresolved errors a person chose, for a command that does something to them. */
export interface Chosen {
  readonly named: NamedIds | undefined
  /**
   * Finds out what is selected, and throws USAGE where that is nothing there is, before anything is done. The answer
   * does `work` to all of them, a transaction for each page.
   */
  find(db: Database): Promise<(work: Work) => Promise<Outcomes>>
}

const size = 1_000

/** Throws USAGE when nothing, or everything and something, is chosen. */
export async function chosenErrors(args: ActingArguments): Promise<Chosen> {
  const named = await namedItems({
    json: args.json,
    ...(args.id && { ids: args.id }),
    ...(args.idsFile && { idsFile: args.idsFile }),
  })
  const selects = [args.code, args.group, args.since, args.until].some((each) => each !== undefined)
  if (named === undefined && !selects && !args.all) {
    throw new SlipError('USAGE', 'say which: --id, --ids-file, --code, --group, --since, --until or --all')
  }
  if (args.all && (named !== undefined || selects)) throw new SlipError('USAGE', '--all goes without what selects some')
  const selected = errorSelection(args, false)
  return {
    named,
    find: async (db) => {
      const { all, ...filter } = await selected(db)
      if (filter.target === null) {
        throw new SlipError('USAGE', `group ${args.group} is of a source: its errors end when the file is read again`)
      }
      const parts = named === undefined ? [filter] : [...pagesOf(named.htids)].map((htids) => ({ ...filter, htids }))
      return async (work) => {
        const outcomes = new Outcomes()
        for (const part of parts) await pagesThrough(db, part, work, outcomes)
        return outcomes
      }
    },
  }
}

async function pagesThrough(db: Database, filter: ErrorFilter, work: Work, outcomes: Outcomes): Promise<void> {
  for (let after: number | null = 0; after !== null; ) {
    const page: ErrorPage = { after, size }
    const { done, next }: PageDone = await db.transaction((tx) => work(tx, filter, page))
    for (const [target, htids] of done) outcomes.add(target, { done: htids, claimed: [] })
    after = next
  }
}

/** What a command did to errors. */
interface Done {
  readonly named: NamedIds | undefined
  readonly outcomes: Outcomes
  /** What is to be said of an item that was named and has no unresolved error. */
  readonly more?: ReadonlyMap<string, string>
}

/**
 * Prints what was done, and beside it what was not. Returns the exit code.
 *
 * @param participle what was done: `retried`, `skipped`
 */
export function tellDone(
  args: ActingArguments,
  participle: string,
  { named, outcomes, more }: Done,
  told: (items: number) => string,
): number {
  const invalid = named?.invalid ?? []
  const unknown = named === undefined ? [] : outcomes.unknown(named.htids)
  const items = outcomes.done.size
  print(args, { [participle]: items, targets: outcomes.targets, unknown, invalid }, () => told(items))
  const which = [args.code, args.group && `of group ${args.group}`].filter(Boolean).join(' ')
  const why = `has no unresolved error${which === '' ? '' : ` ${which}`}`
  return tellUnserved(
    participle,
    invalid,
    unknown.map((id) => ({ id, why: [why, more?.get(id)].filter(Boolean).join('; ') })),
  )
}
