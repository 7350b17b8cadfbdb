import { type Config, loadConfig } from '../config/load.ts'
import { codeVersion } from '../config/version.ts'
import { closeAll } from '../errors/close-all.ts'
import { defectStack, errorLines } from '../errors/error-lines.ts'
import { asSlipError } from '../errors/slip-error.ts'
import { EventBus } from '../events/bus.ts'
import { databaseClock } from '../state/clock.ts'
import { registerWorker, unregisterWorker } from '../state/control/worker.ts'
import { checkSchema } from '../state/migrate-status.ts'
import { openState, type State } from '../state/open-state.ts'
import { checkServer } from '../state/server-check.ts'
import { Counters } from './counters.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { bootId, hostName } from './identity.ts'
import { logEvents } from './log.ts'
import { type LoopEnd, runLoop } from './loop.ts'
import { Presence } from './presence.ts'
import { stopOnSignals } from './signals.ts'
import type { StageDefinition } from './stage.ts'
import { Backoff, wait } from './wait.ts'

interface Arguments {
  readonly config?: string | undefined
  readonly once: boolean
  readonly [own: string]: unknown
}

/** Runs a stage as a daemon until it is stopped or, with `--once`, has nothing to do. Returns the exit code. */
export async function runDaemon(definition: StageDefinition, args: Arguments): Promise<number> {
  let config: Config
  try {
    config = loadConfig(args.config)
    definition.check?.(config, args)
  } catch (error) {
    // not read yet, it cannot say what is logged
    process.stderr.write(`${errorLines(asSlipError(error)).join('\n')}\n`)
    return exitCodeOf(asSlipError(error))
  }
  const bus = new EventBus()
  const { name } = definition
  logEvents(bus, config.log.level, { stage: name, host: hostName, pid: process.pid })
  const stop = stopOnSignals((signal) => bus.emit('daemon.stopping', { reason: signal }))
  try {
    const once = args.once || definition.isOnce?.(args) === true
    const exitCode = await run(definition, { config, bus, stop, args: { ...args, once } })
    bus.emit('daemon.stopped', { exitCode })
    return exitCode
  } catch (thrown) {
    const error = asSlipError(thrown)
    const exitCode = exitCodeOf(error)
    const { code, message, place, advice } = error
    const stack = error.class === 'internal' ? { stack: defectStack(error) } : {}
    bus.emit('daemon.stopped', { exitCode, code, message, place, advice, ...stack })
    return exitCode
  }
}

interface Process {
  readonly config: Config
  readonly bus: EventBus
  readonly stop: AbortSignal
  readonly args: Arguments
}

async function run(definition: StageDefinition, { config, bus, stop, args }: Process): Promise<number> {
  const { name } = definition
  const state = await whenThere({ config, bus, stop, args }, () => openChecked(config, name, bus))
  if (state === undefined) return exitCodes.done
  let token: string | undefined
  try {
    const identity = { stage: name, host: hostName, pid: process.pid, bootId: bootId(), codeVersion }
    const registered = await whenThere({ config, bus, stop, args }, async () => {
      const seen = await databaseClock(state.db)
      return { seen, token: await registerWorker(state.db, identity) }
    })
    if (registered === undefined) return exitCodes.done
    token = registered.token
    bus.emit('daemon.started', { worker: token, version: codeVersion })
    const leaseMs = Math.min(...Object.values(config.targets).map((target) => target.lease))
    const counters = new Counters(state.db, bus, token)
    const presence = new Presence(state.db, token, registered.seen, leaseMs, counters)
    try {
      const context = { config, state, bus, worker: token, stop, once: args.once, args }
      const stage = await whenThere({ config, bus, stop, args }, async () => {
        // it holds nothing, and reads slip_control before it does: no drain has to wait for what is away here
        await presence.beat(await databaseClock(state.db))
        return definition.open(context)
      })
      if (stage === undefined) return exitCodes.done
      try {
        bus.emit('daemon.ready', {})
        return endOf(await runLoop(name, stage, context, presence))
      } finally {
        await stage.close()
      }
    } finally {
      await closeAll(
        () => presence.stop(),
        // counted as far as they were written when the database is away now
        () => counters.write().catch(() => undefined),
        async () => counters.close(),
      )
    }
  } finally {
    if (token !== undefined) await farewell(state, token)
    await state.close()
  }
}

async function openChecked(config: Config, name: string, bus: EventBus): Promise<State> {
  const state = await openState(config, { applicationName: `slip-${name}` })
  try {
    for (const message of await checkServer(state.db)) bus.emit('daemon.warning', { message })
    await checkSchema(state.db, codeVersion)
    return state
  } catch (error) {
    await state.close()
    throw error
  }
}

/** Tries until the servers are there: after a power cut everything comes back by itself, in any order. */
async function whenThere<T>({ bus, stop, args }: Process, open: () => Promise<T>): Promise<T | undefined> {
  const backoff = new Backoff(500, 30_000)
  while (!stop.aborted) {
    try {
      return await open()
    } catch (thrown) {
      const error = asSlipError(thrown)
      if (error.class !== 'environment' || args.once) throw error
      const ms = backoff.next()
      const { code, message, place } = error
      bus.emit('daemon.waiting', { code, message, place, seconds: Math.round(ms / 100) / 10 })
      await wait(ms, stop)
    }
  }
  return undefined
}

/** A worker row left behind is expired by others after a lease: a database that is away now is no reason to fail. */
async function farewell(state: State, token: string): Promise<void> {
  await state.db.transaction((tx) => unregisterWorker(tx, token)).catch(() => undefined)
}

function endOf(end: LoopEnd): number {
  const codes = {
    stopped: exitCodes.done,
    'nothing to do': exitCodes.done,
    paused: exitCodes.locked,
    expired: exitCodes.unexpected,
  }
  return codes[end]
}
