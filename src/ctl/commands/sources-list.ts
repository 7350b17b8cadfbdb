import type { Config } from '../../config/load.ts'
import { beingRead, changesName, compareName, feedName, fullName, unread } from '../../rights/watermark-names.ts'
import { readStandings } from '../../state/audit/source-status.ts'
import { databaseClock } from '../../state/clock.ts'
import type { Connection } from '../../state/connection.ts'
import { type Breaker, readBreakers } from '../../state/control/breaker.ts'
import { listWatermarks, type Watermark } from '../../state/control/watermark.ts'
import { readSourceCounts } from '../../state/rights/source-counts.ts'
import { sourcesInHand } from '../../state/rights/source-in-hand.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { section } from '../table.ts'
import { age } from '../units.ts'

export async function run(args: Session): Promise<number> {
  return withState(args, async ({ config, db }) => {
    const now = await databaseClock(db)
    const sources = await readSources(db, config)
    print(args, { sources, now }, () => listing(sources, now))
    return 0
  })
}

type Listed = Awaited<ReturnType<typeof readSources>>[number]

/** Those of the configuration, then those that the tables still speak of. */
async function readSources(db: Connection, config: Config) {
  const watermarks = (await listWatermarks(db)).filter(({ stage }) => stage === 'rights')
  const standings = await readStandings(db)
  const counts = await readSourceCounts(db)
  const inHand = await sourcesInHand(db)
  const breakers = await readBreakers(db, config.breaker.probe)
  const configured = Object.keys(config.sources)
  const others = [...standings.keys(), ...counts.map(({ source }) => source)].filter(
    (name) => !configured.includes(name),
  )
  return [...configured, ...new Set(others.sort())].map((source) => {
    const own = watermarks.filter(({ name }) => name === source || name.startsWith(`${source}:`))
    const breaker = breakers.find(({ kind, name }) => kind === 'source' && name === source)
    const spanOf = (span: string) => counts.find((each) => each.source === source && each.span === span) ?? null
    return {
      source,
      kind: config.sources[source]?.kind ?? null,
      state: stateOf(own, breaker, inHand.has(source), source in config.sources),
      suspended: breaker === undefined ? null : { since: breaker.since, reason: breaker.reason },
      readAt:
        own
          .map(({ cycleAt }) => cycleAt ?? '')
          .sort()
          .at(-1) || null,
      watermark: watermarkOf(source, own),
      pending: standings.get(source)?.pending ?? 0,
      errors: standings.get(source)?.errors ?? 0,
      lastPass: spanOf('pass'),
      total: spanOf('total'),
    }
  })
}

function stateOf(own: readonly Watermark[], breaker: Breaker | undefined, isInHand: boolean, isConfigured: boolean) {
  if (!isConfigured) return 'not configured'
  if (isInHand) return 'in hand'
  if (breaker !== undefined) return 'suspended'
  return own.some(({ cycleAt }) => cycleAt !== null) ? 'read' : 'never read'
}

/** Of a feed its own; of files how many were read; of a walk what it found; of a comparison how far it is. */
function watermarkOf(source: string, own: readonly Watermark[]): string {
  const names = [source, ...[feedName, fullName, changesName, compareName].map((nameOf) => nameOf(source))]
  const feeds = names.flatMap((each) => {
    const value = own.find(({ name }) => name === each)?.value
    return value === undefined ? [] : [each === fullName(source) ? `all: ${value}` : value]
  })
  const files = own.filter(({ name }) => name.startsWith(`${source}:/`))
  const read = files.filter(({ value }) => value !== unread && !value.startsWith(beingRead)).length
  return [...feeds, ...(files.length === 0 ? [] : [`${read} of ${files.length} files`])].join('; ')
}

function listing(sources: readonly Listed[], now: string): string {
  const rows = sources.map(({ source, kind, state, suspended, readAt, watermark, pending, errors, total }) => [
    source,
    kind,
    suspended === null ? state : `${state} for ${age(suspended.since, now)}`,
    readAt === null ? 'never' : `${age(readAt, now)} ago`,
    watermark,
    pending,
    errors,
    total?.counts.seen ?? 0,
    suspended?.reason ?? '',
  ])
  return section(
    'Sources',
    ['source', 'kind', 'state', 'read', 'watermark', 'pending', 'errors', 'seen', ''],
    rows,
    'none',
  )
}
