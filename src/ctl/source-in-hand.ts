import { suggestion } from '../errors/nearest.ts'
import { SlipError } from '../errors/slip-error.ts'
import { EventBus } from '../events/bus.ts'
import { whileHeld } from '../operations/while-held.ts'
import type { Pass } from '../rights/context.ts'
import { openPasses, type Passes, type PassesOptions } from '../rights/passes.ts'
import type { Database } from '../state/connection.ts'
import { sourceDuty } from '../state/rights/source-in-hand.ts'
import type { Session } from './command.ts'
import { type Opened, withState } from './open.ts'
import { note } from './print.ts'
import { ReadingProgress } from './reading-progress.ts'

export interface InHand extends Pick<Passes, 'breakers'> {
  readonly pass: Pass
  readonly db: Database
}

/**
 * Runs `work` with a source of the configuration in hand: slip-rights passes over it meanwhile. Ctrl-C ends it after the
 * block in hand. Throws USAGE for a name that is none, LOCKED when another slipctl has it.
 *
 * @param all the Solr of a catalogue is read whole
 */
export async function withSource<T>(
  session: Session,
  name: string,
  all: boolean,
  work: (inHand: InHand) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const run = async ({ config, db }: Opened) => {
    const names = Object.keys(config.sources)
    if (!names.includes(name))
      throw new SlipError(
        'USAGE',
        `there is no source ${name}${suggestion(name, names)}; configured: ${names.join(', ')}`,
      )
    const duty = {
      name: sourceDuty(name),
      refusal: `source ${name} is read by another slipctl, or was within the last minute`,
      onLost: () => {
        note(`source ${name} was taken in hand by another slipctl meanwhile: this one stops`)
        stop.abort()
      },
    }
    return whileHeld(db, duty, () => withPasses({ config, db, stop: stop.signal, all }, work))
  }
  return withState(session, run, stop)
}

async function withPasses<T>(
  options: Pick<PassesOptions, 'config' | 'db' | 'stop' | 'all'>,
  work: (inHand: InHand) => Promise<T>,
): Promise<T> {
  const bus = new EventBus()
  bus.subscribe((event, told) => {
    if (event === 'daemon.warning') note((told as { message: string }).message)
  })
  const passes = openPasses({ ...options, bus, atOnce: true })
  const pass = passes.next()
  const progress = new ReadingProgress(process.stderr, pass.tally)
  try {
    return await work({ pass, breakers: passes.breakers, db: options.db })
  } finally {
    progress.end()
    await passes.close()
  }
}
