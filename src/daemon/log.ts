import { pino } from 'pino'
import type { EventBus } from '../events/bus.ts'
import type { EventName, Events } from '../events/events.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

const levels: Partial<Record<EventName, Level>> = {
  'chore.done': 'debug',
  'enqueue.block': 'debug',
  'enqueue.sweep': 'debug',
  'index.claimed': 'debug',
  'index.posted': 'debug',
  'daemon.waiting': 'warn',
  'daemon.warning': 'warn',
  'daemon.expired': 'error',
  'chore.failed': 'warn',
  'rights.not-forced': 'warn',
  'breaker.opened': 'error',
  'breaker.probe-failed': 'warn',
  'index.item-failed': 'warn',
  'index.values-cut': 'warn',
  'index.stale-refused': 'error',
  'shard.ahead': 'error',
  'shard.behind': 'error',
  'shard.full': 'warn',
  'shard.scanned': 'warn',
  'recheck.wrong': 'warn',
  'index.unbalanced': 'error',
  'lease.lost': 'error',
}

/** Writes every event as one JSON line on standard error. Returns the function that ends it. */
export function logEvents(bus: EventBus, level: Level, base: Record<string, unknown>): () => void {
  const logger = pino(
    { level, base, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  )
  return bus.subscribe((name, fields) => logger[levelOf(name, fields)]({ event: name, ...fields }))
}

/** A daemon that ends for the sake of an error says so at every level. */
function levelOf<N extends EventName>(name: N, fields: Events[N]): Level {
  if (name === 'daemon.stopped' && 'code' in fields) return 'error'
  return levels[name] ?? 'info'
}
