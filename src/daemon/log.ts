import { pino } from 'pino'
import type { EventBus } from '../events/bus.ts'
import type { EventName } from '../events/events.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

const levels: Partial<Record<EventName, Level>> = {
  'chore.done': 'debug',
  'enqueue.block': 'debug',
  'enqueue.sweep': 'debug',
  'index.claimed': 'debug',
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
  return bus.subscribe((name, fields) => logger[levels[name] ?? 'info']({ event: name, ...fields }))
}
