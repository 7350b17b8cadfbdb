import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { givenName } from '../../config/schema.ts'
import { openTargetEngine } from '../../daemon/engines.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { targetOf } from '../../daemon/targets.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { type CreatableKind, whatIsCreated } from '../../shards/schema/created.ts'
import { schemaDescription } from '../../shards/schema/description.ts'
import { updateChain } from '../../shards/schema/solr-config.ts'
import { assertAsApplied } from '../apply-targets.ts'
import { checkedText, checkShards, verdictOf } from '../checked-schema.ts'
import type { Session } from '../command.ts'
import { withState } from '../open.ts'
import { print } from '../print.ts'
import { notConfigured } from '../targets.ts'

interface Arguments extends Session {
  readonly print?: boolean
  readonly into?: string
  readonly kind?: CreatableKind
  readonly target: string
}

export async function run(args: Arguments): Promise<number> {
  if (args.kind === undefined) return createLive(args)
  return createOffline(args, args.kind)
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

/** As files and requests, for who makes it by other means; no server is asked. */
async function createOffline(args: Arguments, kind: CreatableKind): Promise<number> {
  const { into } = args
  const target = givenName.safeParse(args.target)
  if (!target.success) throw new SlipError('USAGE', `--target ${args.target} is not ${target.error.issues[0]?.message}`)
  if ((args.print === true) === (into !== undefined)) throw new SlipError('USAGE', 'either --print or --into FOLDER')
  const files = whatIsCreated(kind, target.data)
  if (into === undefined) {
    print(args, files, () => textOf(Object.entries(files)))
    return 0
  }
  if (kind !== 'solr') throw new SlipError('USAGE', '--into writes the configset of Solr; OpenSearch has none')
  const folder = writeConfigset(resolve(into), updateChain(schemaDescription, target.data), files)
  print(args, { folder }, () => folder)
  return 0
}

/** A file alone as it is, to be piped into a request; several each after its name. */
function textOf(files: readonly (readonly [file: string, text: string])[]): string {
  if (files.length === 1) return files.map(([, text]) => text.trimEnd()).join()
  return files.map(([file, text]) => `==> ${file} <==\n${text}`).join('\n')
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
