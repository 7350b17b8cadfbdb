import { type CountedGroup, countGroups, examplesOf } from '../../state/audit/error-groups.ts'
import type { ErrorSelection } from '../../state/audit/error-selection.ts'
import type { Connection } from '../../state/connection.ts'
import { type ErrorArguments, errorSelection, groupKey } from '../error-selection.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { assertOneForm, printTsv, tailOption } from '../rows.ts'
import { table } from '../table.ts'
import { moment } from '../units.ts'

interface Arguments extends ErrorArguments {
  readonly all: boolean
  readonly tail?: number
  readonly format?: 'tsv'
}

const columns = ['group', 'items', 'first', 'last', 'target', 'code', 'pattern', 'examples'] as const
const examples = 3

export async function run(args: Arguments): Promise<number> {
  assertOneForm(args)
  const tail = tailOption(args.tail)
  const selected = errorSelection(args, args.all)
  return withState(args, async ({ db }) => {
    const selection = await selected(db)
    const groups = newest(await countGroups(db, selection), tail)
    const found = await Promise.all(groups.map((group) => whole(db, group, selection)))
    if (args.format === 'tsv') {
      const rows = found.map((group) => ({ ...group, examples: group.examples.join(' ') }))
      await printTsv(columns, { pages: onePage(rows) })
      return 0
    }
    print(args, { groups: found }, () => (found.length === 0 ? 'no errors' : told(found)))
    return 0
  })
}

async function whole(db: Connection, { first_time, last_time, ...group }: CountedGroup, selection: ErrorSelection) {
  const names = await examplesOf(db, { ...selection, ...group }, examples)
  return { group: groupKey(group), ...group, first: first_time, last: last_time, examples: names }
}

type Group = Awaited<ReturnType<typeof whole>>

/** Those seen last, in the order in which they are. */
function newest(groups: CountedGroup[], count = groups.length): CountedGroup[] {
  const kept = new Set(groups.toSorted((a, b) => (a.last_time < b.last_time ? 1 : -1)).slice(0, count))
  return groups.filter((group) => kept.has(group))
}

const told = (groups: readonly Group[]): string =>
  table(
    columns,
    groups.map(({ group, items, first, last, target, code, pattern, examples: names }) => {
      return [group, items, moment(first), moment(last), target ?? '', code, pattern, names.join(' ')]
    }),
  )

async function* onePage<Row>(rows: Row[]): AsyncGenerator<Row[]> {
  yield rows
}
