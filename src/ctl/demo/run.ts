import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, loadConfig } from '../../config/load.ts'
import { packageRoot } from '../../config/package-root.ts'
import { openTargetEngine } from '../../daemon/engines.ts'
import { stopOnSignals } from '../../daemon/signals.ts'
import { SlipError } from '../../errors/slip-error.ts'
import { configuredRepository } from '../../repository/configured.ts'
import type { SearchAnswer } from '../../shards/engine.ts'
import { type Answer, answerFirstQuestions } from '../../state/audit/first-questions.ts'
import { countLeftOut, type Progress, readProgress } from '../../state/audit/progress.ts'
import { databaseClock } from '../../state/clock.ts'
import { migrate } from '../../state/migrate.ts'
import { openState, type State } from '../../state/open-state.ts'
import { applyTargets } from '../apply-targets.ts'
import { pagesOfHits } from '../hit-pages.ts'
import { ProgressBar } from '../progress.ts'
import { plural } from '../units.ts'
import { untilAtRest } from './at-rest.ts'
import { Daemons, endProcesses } from './daemons.ts'
import { layDay, runningDaemons } from './folder.ts'
import { knownWord } from './known-word.ts'
import { type DemoLibrary, typed } from './library.ts'

const target = 'main'

export interface DemoResult {
  /** False when the person stopped it. */
  readonly finished: boolean
  readonly progress: Progress
  /** Catalogue items left out because they are not in the repository. */
  readonly leftOut: number
  readonly answers: readonly Answer[]
  readonly search: { readonly query: string; readonly answer: SearchAnswer } | null
  readonly seconds: number
}

export interface DemoOptions {
  readonly folder: string
  readonly keep: boolean
  /** Where progress goes. */
  readonly out: NodeJS.WriteStream
  readonly say: (line: string) => void
}

/** Runs a library through the three daemons until everything is at rest. Ends what it started, unless `keep`. */
export async function runDemo(library: DemoLibrary, { folder, keep, out, say }: DemoOptions): Promise<DemoResult> {
  const startedAt = performance.now()
  await endLeftovers(folder, say)
  const file = writeConfig(folder, library)
  const config = loadConfig(file)
  const stop = stopOnSignals((signal) => say(`${signal}: stopping`))
  const onRelocated = (where: string) =>
    say(`the server's user cannot enter ${typed(folder)}: binaries and data are in ${where}`)
  const state = await openState(config, { applicationName: 'slip-demo', onRelocated })
  const bar = new ProgressBar(out as never)
  const daemons = new Daemons(folder, file, (line) => {
    bar.clear()
    say(line)
  })
  let kept = false
  try {
    await prepare(config, state, say)
    const since = await databaseClock(state.db)
    daemons.start()
    say('slip-rights, slip-enqueue and slip-index run, each a process of its own')
    const paused = (scopes: string) => {
      bar.clear()
      say(pausedLine(scopes, file))
    }
    const watching = { db: state.db, config, target, since, stop, assertRunning: () => daemons.assertRunning() }
    for (const day of library.days.length > 0 ? library.days : [null]) {
      if (stop.aborted) break
      if (day !== null) {
        await layDay(day, folder)
        say(`${day.label}:`)
      }
      await untilAtRest({ ...watching, show: (progress) => showProgress(bar, progress), paused })
      bar.clear()
    }
    const result = await lookAround(config, state, library, startedAt, !stop.aborted)
    kept = keep && !stop.aborted
    return result
  } finally {
    bar.clear()
    if (kept) daemons.release()
    else await daemons.stop()
    await state.close()
  }
}

function pausedLine(scopes: string, configFile: string): string {
  const resume = `node ${typed(join(packageRoot, 'bin/slipctl.cjs'))} resume SCOPE --config ${typed(configFile)}`
  return `paused: ${scopes}; the demo waits until it is resumed: ${resume}`
}

async function endLeftovers(folder: string, say: (line: string) => void): Promise<void> {
  const left = runningDaemons(folder)
  if (left.length === 0) return
  say(`ending ${plural(left.length, 'daemon')} of an earlier demo`)
  await endProcesses(left)
}

function writeConfig(folder: string, library: DemoLibrary): string {
  const file = join(folder, 'slip.yaml')
  for (const part of library.days.length > 0 ? ['pairtree', 'catalogue', 'rights'] : [])
    mkdirSync(join(folder, part), { recursive: true })
  writeFileSync(file, `# written by the demo; a configuration like any other: docs/configuration.md\n${library.config}`)
  return file
}

async function prepare(config: Config, state: State, say: (line: string) => void): Promise<void> {
  const steps = await migrate(state.db).catch((error: unknown) => {
    if (!(error instanceof SlipError) || error.code !== 'SCHEMA_TOO_NEW') throw error
    const message = `${error.message}; with --fresh the demo starts over, without what it has`
    throw new SlipError(error.code, message, { cause: error })
  })
  await applyTargets(config, state)
  say(
    steps.length > 0
      ? `a new database, ${plural(steps.length, 'migration')}, a target of 2 shards`
      : 'the database of the last demo, nothing to migrate',
  )
}

function showProgress(bar: ProgressBar, { items, indexed, deleted, errors, ready, claimed, delayed }: Progress): void {
  const text = `${indexed} indexed, ${deleted} absent, ${plural(errors, 'error')} · ${ready} ready, ${claimed} claimed, ${delayed} delayed`
  bar.show(Math.min(indexed + deleted + errors, items), items, text)
}

async function lookAround(
  config: Config,
  state: State,
  library: DemoLibrary,
  startedAt: number,
  finished: boolean,
): Promise<DemoResult> {
  const { db } = state
  const repository = configuredRepository(config)
  const query = finished ? (library.query ?? (await knownWord(db, config, repository, target))) : null
  const { engine, close } = await openTargetEngine(config, state, target)
  try {
    const asked = { limit: 3, pagesPerHit: 2, pagesOf: pagesOfHits(config) }
    const search = query === null ? null : { query, answer: await engine.search(query, asked) }
    const answers = await answerFirstQuestions(db)
    const progress = await readProgress(db, target)
    const leftOut = config.repository.scope === 'present' ? await countLeftOut(db) : 0
    return {
      finished,
      progress,
      leftOut,
      answers,
      search,
      seconds: Math.round((performance.now() - startedAt) / 10) / 100,
    }
  } finally {
    await close()
  }
}
