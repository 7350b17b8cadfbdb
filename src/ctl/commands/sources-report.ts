import { SlipError } from '../../errors/slip-error.ts'
import { sourceCounts } from '../../events/source-counts.ts'
import { type Grouping, groupings, groupSourceErrors, type SourceGroup } from '../../state/audit/source-status.ts'
import type { Connection } from '../../state/connection.ts'
import { readSourceCounts, type SourceReport } from '../../state/rights/source-counts.ts'
import type { Session } from '../command.ts'
import { csv } from '../csv.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { section } from '../table.ts'
import { moment } from '../units.ts'

interface Arguments extends Session {
  readonly name?: string
  readonly csv: boolean
  readonly groupBy?: string
}

export async function run(args: Arguments): Promise<number> {
  const { name } = args
  if (args.csv && args.json) throw new SlipError('USAGE', '--csv and --json do not go together')
  const by = groupingsOf(args.groupBy ?? 'stage,code,message')
  return withState(args, async ({ config, db }) => {
    const all = await readSourceCounts(db)
    if (name !== undefined)
      await assertKnown(db, name, [...Object.keys(config.sources), ...all.map((each) => each.source)])
    const counts = all.filter(({ source }) => name === undefined || source === name)
    const groups = await groupSourceErrors(db, by, name)
    if (args.csv)
      print({ json: false }, null, () => (args.groupBy === undefined ? countsCsv(counts) : groupsCsv(groups, by)))
    else print(args, { sources: counts, groups: groups.map(flat) }, () => told(args, counts, groups, by))
    return 0
  })
}

/** Throws USAGE. */
function groupingsOf(text: string): Grouping[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(name in groupings))
  if (unknown !== undefined || new Set(names).size < names.length)
    throw new SlipError('USAGE', `--group-by ${text}: some of ${Object.keys(groupings).join(', ')}, each once`)
  return names as Grouping[]
}

async function assertKnown(db: Connection, name: string, known: readonly string[]): Promise<void> {
  if (known.includes(name) || (await groupSourceErrors(db, [], name)).length > 0) return
  throw new SlipError('USAGE', `there is no source ${name}; known: ${[...new Set(known)].join(', ')}`)
}

const flat = ({ by, ...group }: SourceGroup) => ({ ...group, ...by })

function countsCsv(counts: readonly SourceReport[]): string {
  const rows = counts.map((each) => [each.source, each.span, each.since, each.countedAt, ...valuesOf(each)])
  return csv(['source', 'span', 'since', 'countedAt', ...sourceCounts], rows)
}

function groupsCsv(groups: readonly SourceGroup[], by: readonly Grouping[]): string {
  const rows = groups.map((group) => [
    group.source,
    ...by.map((each) => group.by[each]),
    group.errors,
    group.first,
    group.last,
  ])
  return csv(['source', ...by, 'errors', 'first', 'last'], rows)
}

const valuesOf = ({ counts }: SourceReport) => sourceCounts.map((key) => counts[key])

function told(
  args: Arguments,
  counts: readonly SourceReport[],
  groups: readonly SourceGroup[],
  by: Grouping[],
): string {
  const rows = counts.map((each) => [
    each.source,
    each.span === 'pass' ? 'last pass' : 'total',
    moment(each.since),
    ...valuesOf(each),
  ])
  const errors = groups.map((group) => [
    group.errors,
    group.source,
    ...by.map((each) => group.by[each]),
    moment(group.last),
  ])
  const read = section('Read', ['source', 'span', 'since', ...sourceCounts], rows, 'nothing yet')
  const wrong = section('Unresolved errors', ['errors', 'source', ...by, 'last'], errors, 'none')
  return args.groupBy === undefined ? `${read}\n\n${wrong}` : wrong
}
