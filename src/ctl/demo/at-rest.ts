import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../config/load.ts'
import { changedFiles } from '../../rights/changed-files.ts'
import { feedName } from '../../rights/watermark-names.ts'
import { isCarriedOver, lastCycle, type Progress, readProgress } from '../../state/audit/progress.ts'
import { verifyTarget } from '../../state/audit/verify.ts'
import type { Connection } from '../../state/connection.ts'
import { readPauses, scopeText } from '../../state/control/pause.ts'

/** True when all sources are read and the target follows them: nothing queued, nothing missed. */
async function isAtRest(db: Connection, config: Config, target: string, since: string): Promise<boolean> {
  for (const [name, source] of Object.entries(config.sources)) {
    const files = filesOf(source)
    if ((await changedFiles(db, name, files, config.baseDir)).length > 0) return false
    if ('files' in source) continue
    const read = await lastCycle(db, 'rights', source.kind === 'repository' ? name : feedName(name))
    if (read === null || read < since) return false
  }
  if (!(await isCarriedOver(db))) return false
  // the queue is asked last: what slip-enqueue takes up between the two questions is queued, no longer missed
  if ((await verifyTarget(db, target, '', 1)).length > 0) return false
  const { ready, claimed, delayed } = await readProgress(db, target)
  return ready + claimed + delayed === 0
}

function filesOf(source: Config['sources'][string]): readonly string[] {
  if (source.kind === 'repository') return source.ingested ?? []
  return 'files' in source ? source.files : []
}

export interface Watching {
  readonly db: Connection
  readonly config: Config
  readonly target: string
  /** Database clock when the daemons were started. */
  readonly since: string
  readonly stop: AbortSignal
  readonly show: (progress: Progress) => void
  /** Told once of each set of pauses in force: nobody should wait for what cannot come. */
  readonly paused: (scopes: string) => void
  /** Throws when the daemons cannot do the work. */
  readonly assertRunning: () => void
}

/** Shows progress until the target is at rest, or the person stops. */
export async function untilAtRest(watching: Watching): Promise<void> {
  const { db, config, target, since, stop, show, paused, assertRunning } = watching
  let told = ''
  while (!stop.aborted) {
    assertRunning()
    show(await readProgress(db, target))
    if (await isAtRest(db, config, target, since)) return
    const scopes = (await readPauses(db)).map(scopeText).join(', ')
    if (scopes !== '' && scopes !== told) paused(scopes)
    told = scopes
    await pause(200, undefined, { signal: stop }).catch(() => undefined)
  }
}
