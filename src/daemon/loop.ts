import { codeVersion } from '../config/version.ts'
import { asSlipError } from '../errors/slip-error.ts'
import type { Database } from '../state/connection.ts'
import { checkSchema } from '../state/migrate-status.ts'
import { ChoreRunner } from './chores/chore.ts'
import { hostName } from './identity.ts'
import { Pauses } from './pause-gate.ts'
import type { Presence } from './presence.ts'
import type { Stage, StageContext } from './stage.ts'
import { StepWatch } from './step-watch.ts'
import { checkTargets } from './targets.ts'
import { Backoff, wait } from './wait.ts'

const idle = { leastMs: 50, mostMs: 1_000 }
const away = { leastMs: 500, mostMs: 30_000 }
const pausedMs = 500

export type LoopEnd = 'stopped' | 'nothing to do' | 'paused' | 'expired'

/**
 * The one loop of every daemon: before each batch the schema, slip_control and the targets are read and the worker row is
 * renewed, due chores run, then the stage does one batch; one that lasts is ended where these say so meanwhile. After a full batch at once, else after a pause that grows. What a
 * server or mount that is away throws is waited for, unless `--once`.
 */
export async function runLoop(name: string, stage: Stage, context: StageContext, presence: Presence): Promise<LoopEnd> {
  const chores = new ChoreRunner(context.state.db, context.bus, presence.token, stage.chores)
  try {
    return await goRound(name, stage, context, presence, chores)
  } finally {
    await chores.end()
  }
}

async function goRound(
  name: string,
  stage: Stage,
  { config, state, bus, stop, once }: StageContext,
  presence: Presence,
  chores: ChoreRunner,
): Promise<LoopEnd> {
  const idling = new Backoff(idle.leastMs, idle.mostMs)
  const waiting = new Backoff(away.leastMs, away.mostMs)
  let paused = false
  while (!stop.aborted) {
    try {
      await checkSchema(state.db, codeVersion)
      const pauses = await Pauses.read(state.db)
      checkTargets(pauses.targets, config)
      await presence.beat(chores.isAtWorkIn(pauses) ? presence.controlSeen : pauses.seen)
      if (presence.expired) {
        bus.emit('daemon.expired', {})
        return 'expired'
      }
      await chores.runDue(pauses)
      const pause = pauses.ofProcess(name, hostName)
      if (pause !== undefined) {
        if (!paused) bus.emit('daemon.paused', { scope: pause.kind, name: pause.name, reason: pause.reason })
        paused = true
        if (once) return 'paused'
        await wait(pausedMs, stop)
        continue
      }
      if (paused) bus.emit('daemon.resumed', {})
      paused = false
      const watch = new StepWatch(stop, () => mustEnd(name, state.db, presence))
      let more: boolean | 'paused'
      try {
        more = await stage.step(pauses, watch.signal)
      } finally {
        await watch.close()
      }
      waiting.reset()
      if (watch.hasEndedStep) continue
      if (more === true) idling.reset()
      else if (once) return more === 'paused' ? 'paused' : 'nothing to do'
      else await wait(idling.next(), stop)
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment' || once) throw error
      const ms = waiting.next()
      const { code, message, place } = error
      bus.emit('daemon.waiting', { code, message, place, seconds: Math.round(ms / 100) / 10 })
      await wait(ms, stop)
    }
  }
  return 'stopped'
}

/** Whether the gate would not let a step begin now: the process is paused, its worker row has expired, or it is too old. */
async function mustEnd(stage: string, db: Database, presence: Presence): Promise<boolean> {
  if (presence.expired) return true
  try {
    await checkSchema(db, codeVersion)
  } catch (error) {
    return asSlipError(error).class !== 'environment'
  }
  return (await Pauses.read(db)).ofProcess(stage, hostName) !== undefined
}
