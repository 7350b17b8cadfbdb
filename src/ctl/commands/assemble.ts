import { asSlipError, SlipError } from '../../errors/slip-error.ts'
import { AskedSources } from '../../indexer/asked-sources.ts'
import { lookUp } from '../../indexer/lookups.ts'
import { isWanted, makeDocument } from '../../indexer/make-document.ts'
import { configuredRepository } from '../../repository/configured.ts'
import type { Session } from '../command.ts'
import { oneId } from '../item-ids.ts'
import { withState } from '../open.ts'
import { note } from '../print.ts'

interface Arguments extends Session {
  readonly id: string
}

/** With the item in its place, so that what to do about it is told of this item. */
const named = (htid: string) => (thrown: unknown) => {
  const error = asSlipError(thrown)
  if (error.class !== 'item') throw error
  throw new SlipError(error.code, error.message, { place: { htid, ...error.place }, cause: error })
}

export async function run(args: Arguments): Promise<number> {
  const htid = oneId(args.id)
  const json = await withState(args, async ({ config, db }) => {
    const repository = configuredRepository(config)
    const asked = new AskedSources(config, null)
    const lookups = await lookUp(db, [htid], asked).finally(() => asked.close())
    const document = await makeDocument(config, repository, lookups, { htid, rev: 0, fence: 0 }).catch(named(htid))
    if (!isWanted(lookups.rights(htid))) note(`${htid} is withdrawn or available to nobody: slip-index would remove it`)
    return `${document.json}${document.provenance}`
  })
  process.stdout.write(`${args.json ? json : JSON.stringify(JSON.parse(json), null, 2)}\n`)
  return 0
}
