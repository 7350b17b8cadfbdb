import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../../daemon/exit-codes.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { endProcesses, logFile } from './daemons.ts'
import { demosFolder, emptyFolder, holdFolder, openFolder, runningDaemons } from './folder.ts'
import { type DemoLibrary, ownLibrary, packageRoot, sampleLibrary, typed } from './library.ts'
import { hitLines } from './report.ts'
import { type DemoResult, runDemo } from './run.ts'

export interface DemoArguments {
  readonly keep: boolean
  readonly fresh: boolean
  readonly stop: boolean
  readonly json: boolean
  readonly pairtree?: string | undefined
  readonly catalogue: readonly string[]
  readonly rights: readonly string[]
}

/** `slipctl demo`: a library through the whole system on this machine, with nothing to set up. Returns the exit code. */
export async function demo(args: DemoArguments): Promise<number> {
  // with --json standard output is for the one line of JSON
  const out = args.json ? process.stderr : process.stdout
  const say = (line: string) => void out.write(`${line}\n`)
  if (args.stop) return stopDemos(say)
  const library = libraryOf(args)
  const folder = openFolder(library)
  const leave = await holdFolder(folder)
  try {
    if (args.fresh) {
      await endProcesses(runningDaemons(folder))
      await emptyFolder(folder)
    }
    say(`SLIP demo: library ${library.name}, data in ${typed(folder)}`)
    for (const note of library.notes) say(`  ${note}`)
    const result = await runDemo(library, { folder, keep: args.keep, out, say })
    report(result, out.isTTY === true, say)
    if (result.finished) next(library, folder, args.keep, say)
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

async function stopDemos(say: (line: string) => void): Promise<number> {
  const folders = readdirSync(demosFolder(), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of folders) {
    const pids = runningDaemons(join(demosFolder(), name))
    await endProcesses(pids)
    say(`${name}: ${pids.length === 0 ? 'nothing runs' : `ended ${pids.length} daemons`}`)
  }
  return exitCodes.done
}

function report(
  { progress, answers, search, seconds }: DemoResult,
  terminal: boolean,
  say: (line: string) => void,
): void {
  const bold = (match: string) => (terminal ? `\x1b[1m${match}\x1b[0m` : `*${match}*`)
  const { items, indexed, deleted, errors, pages } = progress
  say(
    `at rest after ${seconds} s: ${items} items, ${indexed} indexed (${pages} pages), ${deleted} absent, ${errors} errors`,
  )
  say('')
  for (const line of search === null
    ? ['nothing with text to search for']
    : hitLines(search.query, search.answer, bold))
    say(line)
  for (const { title, sql, rows } of answers) {
    say(`\n${title}\n${sql.replace(/^/gm, '  ')}`)
    for (const row of rows)
      say(
        `  → ${Object.entries(row)
          .map(([key, value]) => `${key} ${value ?? '–'}`)
          .join(', ')}`,
      )
  }
}

function summary({ progress, search, seconds }: DemoResult) {
  const { items, indexed, deleted, errors, pages, bytes } = progress
  const found = search === null ? null : { query: search.query, hits: search.answer.total }
  return { items, indexed, deleted, errors, pages, bytes, seconds, search: found }
}

function next(library: DemoLibrary, folder: string, keep: boolean, say: (line: string) => void): void {
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
      [`${bin('slipctl')} demo --stop`, 'ends the daemons'],
    )
  }
  for (const [command, what] of tries) say(`  ${command}\n      ${what}`)
}
