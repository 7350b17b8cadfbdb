import type { Config } from '../../config/load.ts'
import type { Connection } from '../../state/connection.ts'
import { retryErrorPage } from '../../state/queue/retry.ts'
import type { Waiver } from '../../state/queue/waiver.ts'
import { rereadSources } from '../../state/rights/reread-sources.ts'
import { withState } from '../open.ts'
import { type ActingArguments, chosenErrors, tellDone } from '../through-errors.ts'
import { plural } from '../units.ts'

interface Arguments extends ActingArguments {
  readonly from?: 'rights'
  readonly waive?: readonly Waiver[]
}

export async function run(args: Arguments): Promise<number> {
  const { named, find } = await chosenErrors(args)
  const options = args.waive === undefined ? {} : { waive: [...new Set(args.waive)] }
  return withState(args, async ({ config, db }) => {
    const through = await find(db)
    // before the request: an item that is claimed at once would be assembled of what is known now
    const files = args.from === undefined ? undefined : await db.transaction((tx) => reread(tx, config))
    const outcomes = await through((tx, filter, page) => retryErrorPage(tx, filter, page, options))
    return tellDone(args, 'retried', { named, outcomes }, (items) => {
      const again = files === undefined ? '' : `; slip-rights reads ${plural(files, 'file')} again`
      return `${plural(items, 'item')} requested anew${again}`
    })
  })
}

const reread = (tx: Connection, { sources }: Config): Promise<number> => rereadSources(tx, Object.keys(sources))
