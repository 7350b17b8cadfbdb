import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../config/package-root.ts'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { plural } from '../units.ts'
import { endProcesses, logFile } from './daemons.ts'
import { demosFolder, emptyFolder, holdFolder, openFolder, runningDaemons } from './folder.ts'
import { type DemoLibrary, ownLibrary, sampleLibrary, typed } from './library.ts'
import { resultLines } from './report.ts'
import { type DemoResult, runDemo } from './run.ts'

export interface DemoArguments {
  readonly keep: boolean
  readonly fresh: boolean
  readonly stop: boolean
  readonly json: boolean
  /** Folder for the data of all demos. */
  readonly data?: string | undefined
  readonly pairtree?: string | undefined
  readonly catalogue: readonly string[]
  readonly rights: readonly string[]
}

/** `slipctl demo`: a library through the whole system on this machine, with nothing to set up. Returns the exit code. */
export async function demo(args: DemoArguments): Promise<number> {
  // with --json standard output is for the one line of JSON
  const out = args.json ? process.stderr : process.stdout
  const say = (line: string) => void out.write(`${line}\n`)
  const demos = demosFolder(args.data)
  if (args.stop) {
    const stopped = await stopDemos(demos, say)
    if (args.json) process.stdout.write(`${JSON.stringify({ stopped })}\n`)
    return exitCodes.done
  }
  const library = libraryOf(args)
  const folder = openFolder(demos, library)
  const leave = await holdFolder(folder)
  try {
    if (args.fresh) {
      await endProcesses(runningDaemons(folder))
      await emptyFolder(folder)
    }
    say(`SLIP demo: library ${library.name}, data in ${typed(folder)}`)
    for (const note of library.notes) say(`  ${note}`)
    const result = await runDemo(library, { folder, keep: args.keep, out, say })
    const config = typed(join(folder, 'slip.yaml'))
    for (const line of resultLines(result, out.isTTY === true, config)) say(line)
    if (result.finished) next(library, folder, args, say)
    if (args.json) process.stdout.write(`${JSON.stringify(summary(result))}\n`)
    return result.finished ? exitCodes.done : exitCodes.stopped
  } finally {
    leave()
  }
}

function libraryOf({ pairtree, catalogue, rights }: DemoArguments): DemoLibrary {
  if (pairtree !== undefined) return ownLibrary({ pairtree, catalogue, rights })
  if (catalogue.length + rights.length === 0) return sampleLibrary()
  throw new SlipError('USAGE', '--catalogue and --rights go with --pairtree')
}

/** Ends the daemons of every library below `demos`; returns how many of each. */
async function stopDemos(demos: string, say: (line: string) => void): Promise<{ library: string; daemons: number }[]> {
  const folders = existsSync(demos)
    ? readdirSync(demos, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : []
  if (folders.length === 0) say(`no demo ever ran in ${typed(demos)}`)
  const stopped = []
  for (const { name } of folders) {
    const pids = runningDaemons(join(demos, name))
    await endProcesses(pids)
    say(`${name}: ${pids.length === 0 ? 'nothing runs' : `ended ${plural(pids.length, 'daemon')}`}`)
    stopped.push({ library: name, daemons: pids.length })
  }
  return stopped
}

function summary({ progress, search, seconds }: DemoResult) {
  const { items, indexed, deleted, errors, pages, bytes } = progress
  const found = search === null ? null : { query: search.query, hits: search.answer.total }
  return { items, indexed, deleted, errors, pages, bytes, seconds, search: found }
}

function next(library: DemoLibrary, folder: string, { keep, data }: DemoArguments, say: (line: string) => void): void {
  const bin = (name: string) => `node ${typed(join(packageRoot, 'bin', `${name}.cjs`))}`
  const config = `--config ${typed(join(folder, 'slip.yaml'))}`
  say('\nwhat to try next')
  const tries = [
    [`${bin('slipctl')} status ${config}`, 'queue, shards, errors, workers'],
    [`${bin('slipctl')} errors list ${config}`, 'what went wrong, with a code each'],
    [`${bin('slipctl')} verify ${config}`, 'does the index follow the catalogue?'],
  ]
  if (library.name === 'sample') {
    const corrected = typed(join(packageRoot, 'samples/library/corrected/pairtree'))
    tries.push(
      [`${bin('slipctl')} search гелиотроп ${config}`, 'Cyrillic; try 萤火虫, רקפת, Wasseruhr'],
      [`cp -r ${corrected}/. ${typed(join(folder, 'pairtree'))}`, 'the three broken volumes as they should have been'],
      [`${bin('slipctl')} errors retry --all ${config}`, 'they are read again …'],
    )
    if (!keep) tries.push([`${bin('slip-index')} --once ${config}`, '… by slip-index'])
  }
  if (keep) {
    tries.push(
      [`tail -f ${typed(logFile(folder, 'index'))}`, 'what slip-index does'],
      [`${bin('slipctl')} pause stage:index ${config}`, 'and resume stage:index'],
      [
        `${bin('slipctl')} demo --stop${data === undefined ? '' : ` --data ${typed(dirname(folder))}`}`,
        'ends the daemons',
      ],
    )
  }
  for (const [command, what] of tries) say(`  ${command}\n      ${what}`)
}
