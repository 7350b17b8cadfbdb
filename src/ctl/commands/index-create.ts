import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { givenName } from '../../config/schema.ts'
import { openSearchName, shardCount } from '../../config/targets.ts'
import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { targetOf } from '../../daemon/targets.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { shardIndices } from '../../shards/opensearch/index-body.ts'
import { schemaDescription } from '../../shards/schema/description.ts'
import { updateChain } from '../../shards/schema/solr-config.ts'
import { solrConfigset } from '../../shards/schema/solr-configset.ts'
import { assertAsApplied } from '../apply-targets.ts'
import { checkedText, checkShards, verdictOf } from '../checked-schema.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { notConfigured } from '../targets.ts'

interface Arguments extends Session {
  readonly print?: boolean
  readonly into?: string
  readonly kind?: 'solr' | 'opensearch'
  readonly shards?: number
  readonly index?: string
  readonly target: string
}

export async function run(args: Arguments): Promise<number> {
  const { kind, shards, index } = args
  if (kind !== 'opensearch' && (shards !== undefined || index !== undefined))
    throw new SlipError('USAGE', '--shards and --index are for --kind opensearch')
  if (kind === undefined) return createLive(args)
  const target = givenName.safeParse(args.target)
  if (!target.success) throw new SlipError('USAGE', `--target ${args.target} is not ${target.error.issues[0]?.message}`)
  if ((args.print === true) === (args.into !== undefined))
    throw new SlipError('USAGE', 'either --print or --into FOLDER')
  return kind === 'solr' ? writeOrPrintConfigset(args, target.data) : printIndices(args, target.data)
}

/** On the servers, as the configuration says; and each shard compared with the schema, as the servers analyse it. */
async function createLive(args: Arguments): Promise<number> {
  if (args.print === true || args.into !== undefined)
    throw new SlipError('USAGE', '--print and --into need a --kind; without them the index is made as configured')
  return withState(args, async ({ config, state }) => {
    const { target } = args
    const settings = config.targets[target]
    if (settings === undefined) throw notConfigured(config, target)
    await assertAsApplied(config, state, targetOf(target, settings))
    const { engine, close } = await openTargetEngine(config, state, target)
    try {
      await engine.create(settings.shards)
      const shards = await checkShards(engine, settings.shards)
      const { isAway, worst } = verdictOf(shards)
      print(args, { target, equal: !isAway && worst === 'nothing', needs: worst, shards }, () =>
        checkedText([{ target, shards }]),
      )
      if (isAway) return exitCodes.serverAway
      return worst === 'nothing' ? exitCodes.done : exitCodes.mismatch
    } finally {
      await close()
    }
  })
}

/** As files, for who lays them there; no server is asked. */
function writeOrPrintConfigset(args: Arguments, target: string): number {
  const { into } = args
  const files = solrConfigset(target)
  if (into === undefined) {
    print(args, files, () =>
      Object.entries(files)
        .map(([file, text]) => `==> ${file} <==\n${text}`)
        .join('\n'),
    )
    return 0
  }
  const folder = writeConfigset(resolve(into), updateChain(schemaDescription, target), files)
  print(args, { folder }, () => folder)
  return 0
}

/** As requests, for who makes the indices by hand; no server is asked. */
function printIndices(args: Arguments, target: string): number {
  const { into, shards, index } = args
  if (into !== undefined) throw new SlipError('USAGE', '--into writes the configset of Solr; OpenSearch has none')
  const count = shardCount.safeParse(shards)
  if (!count.success)
    throw new SlipError('USAGE', '--kind opensearch needs --shards N, from 1 to 999: there is an index for each')
  const name = openSearchName.safeParse(index ?? `slip_${target}`)
  if (!name.success) throw new SlipError('USAGE', `--index ${index} is not ${name.error.issues[0]?.message}`)
  const indices = shardIndices(name.data, count.data)
  print(args, { indices }, () =>
    indices.map((each) => `PUT /${each.name}\n${JSON.stringify(each.body, null, 2)}`).join('\n\n'),
  )
  return 0
}

/** Below a folder of configsets; a file that is there and is another may be an administrator's. */
function writeConfigset(configsets: string, name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(configsets, name)
  try {
    mkdirSync(join(folder, 'conf'), { recursive: true })
    for (const [file, text] of Object.entries(files)) writeNew(join(folder, 'conf', file), text)
  } catch (error) {
    if (error instanceof SlipError) throw error
    throw new SlipError('FOLDER_UNUSABLE', (error as Error).message, { place: { folder }, cause: error })
  }
  return folder
}

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (readFileSync(file, 'utf8') === text) return
    throw new SlipError('USAGE', `${file} is there and is another; it is not overwritten`, { place: { file } })
  }
}
