import { SlipError } from '../errors/slip-error.ts'
import { SeenIds } from '../sources/seen-ids.ts'
import type { Connection, Database } from '../state/connection.ts'
import type { ErrorFilter, ErrorPage, PageDone } from '../state/queue/error-filter.ts'
import type { Session } from './command.ts'
import { type ErrorArguments, errorSelection } from './error-selection.ts'
import { type NamedItems, namedItems, Outcomes, type PageOutcome, tellUnserved } from './named-items.ts'
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
  /**
   * Finds out what is selected, and throws USAGE where that is nothing there is, before anything is done. The answer
   * does `work` to all of them, a transaction for each page.
   */
  find(db: Database): Promise<(work: Work) => Promise<Outcomes>>
}

const size = 1_000

/** Throws USAGE when nothing, or everything and something, is chosen. */
export function chosenErrors(args: ActingArguments): Chosen {
  const named = namedItems({
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
    find: async (db) => {
      const { all, ...filter } = await selected(db)
      if (filter.target === null) {
        throw new SlipError('USAGE', `group ${args.group} is of a source: its errors end when the file is read again`)
      }
      return (work) =>
        named === undefined ? throughAll(db, filter, work, args) : throughNamed(db, filter, work, args, named)
    },
  }
}

async function throughAll(db: Database, filter: ErrorFilter, work: Work, { json }: Session): Promise<Outcomes> {
  const outcomes = new Outcomes(json)
  const seen = new SeenIds()
  for await (const done of pagesThrough(db, filter, work)) outcomes.add(done, undefined, seen)
  return outcomes
}

async function throughNamed(
  db: Database,
  filter: ErrorFilter,
  work: Work,
  { json }: Session,
  named: NamedItems,
): Promise<Outcomes> {
  const outcomes = new Outcomes(json)
  for await (const page of named) {
    const done: [string, PageOutcome][] = []
    if (page.htids.length > 0)
      for await (const some of pagesThrough(db, { ...filter, htids: page.htids }, work)) done.push(...some)
    outcomes.add(done, page)
  }
  return outcomes
}

async function* pagesThrough(
  db: Database,
  filter: ErrorFilter,
  work: Work,
): AsyncGenerator<[target: string, outcome: PageOutcome][]> {
  for (let after: number | null = 0; after !== null; ) {
    const page: ErrorPage = { after, size }
    const { done, next }: PageDone = await db.transaction((tx) => work(tx, filter, page))
    yield [...done].map(([target, htids]) => [target, { done: htids, claimed: [] }])
    after = next
  }
}

/**
 * Prints what was done, and beside it what was not. Returns the exit code.
 *
 * @param participle what was done: `retried`, `skipped`
 * @param more what is to be said of an item that was named and has no unresolved error
 * @param json what is printed beside it with `--json`
 */
export function tellDone(
  args: ActingArguments,
  participle: string,
  outcomes: Outcomes,
  told: (items: number) => string,
  { more, json = {} }: { readonly more?: ReadonlyMap<string, string>; readonly json?: object } = {},
): number {
  const { done, unknown, invalid, targets } = outcomes
  print(args, { [participle]: done, targets, unknown, invalid, ...json }, () => told(done))
  const which = [args.code, args.group && `of group ${args.group}`].filter(Boolean).join(' ')
  const why = `has no unresolved error${which === '' ? '' : ` ${which}`}`
  return tellUnserved(
    participle,
    outcomes,
    unknown.map((id) => ({ id, why: [why, more?.get(id)].filter(Boolean).join('; ') })),
  )
}
