import type { Config } from '../../config/load.ts'
import { lastResolutions } from '../../state/audit/errors.ts'
import type { Connection } from '../../state/connection.ts'
import type { PageDone } from '../../state/queue/error-filter.ts'
import { retryErrorPage } from '../../state/queue/retry.ts'
import type { Waiver } from '../../state/queue/waiver.ts'
import { rereadSources } from '../../state/rights/reread-sources.ts'
import { asTyped } from '../next-step.ts'
import { withState } from '../open.ts'
import { chosenTargets } from '../targets.ts'
import { type ActingArguments, chosenErrors, tellDone } from '../through-errors.ts'
import { plural } from '../units.ts'

const pageSize = 1_000

interface Arguments extends ActingArguments {
  readonly from?: 'rights'
  readonly waive?: readonly Waiver[]
}

export async function run(args: Arguments): Promise<number> {
  const { find } = chosenErrors(args)
  const options = args.waive === undefined ? {} : { waive: [...new Set(args.waive)] }
  return withState(args, async ({ config, db }) => {
    const through = await find(db)
    let inputs: number | undefined
    const outcomes = await through(async (tx, filter, page) => {
      const done = await retryErrorPage(tx, filter, page, options)
      // with the first request: an item that is claimed at once would be assembled of what is known now
      if (args.from !== undefined && inputs === undefined && retriesAny(done)) inputs = await reread(tx, config)
      return done
    })
    const more = await enqueueInstead(db, args, outcomes.unknown)
    const again = inputs === undefined ? '' : `; slip-rights reads ${plural(inputs, 'input')} of its sources again`
    const told = (items: number) => `${plural(items, 'item')} requested anew${again}`
    return tellDone(args, 'retried', outcomes, told, {
      more,
      ...(args.from === undefined ? {} : { json: { inputs: inputs ?? 0 } }),
    })
  })
}

/** Of those whose last error a person skipped or purged: no retry takes such an item up, a request does. */
async function enqueueInstead(db: Connection, args: Arguments, htids: readonly string[]): Promise<Map<string, string>> {
  const steps = new Map<string, string>()
  const inTarget = args.target === undefined ? '' : ` --target ${args.target}`
  for (const target of htids.length === 0 ? [] : await chosenTargets(db, args.target)) {
    for (let from = 0; from < htids.length; from += pageSize) {
      for (const [htid, end] of await lastResolutions(db, target, htids.slice(from, from + pageSize))) {
        if (end !== 'skipped' && end !== 'purged') continue
        steps.set(htid, asTyped(`it was ${end}, to index it after all: slipctl enqueue ID${inTarget}`, args, htid))
      }
    }
  }
  return steps
}

const retriesAny = ({ done }: PageDone): boolean => [...done.values()].some((htids) => htids.length > 0)

const reread = (tx: Connection, { sources }: Config): Promise<number> => rereadSources(tx, Object.keys(sources))
