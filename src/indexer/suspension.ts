import { SlipError } from '../errors/slip-error.ts'
import { parseShard } from '../state/control/shard-name.ts'
import type { OwnWork } from './own-work.ts'

/** Whether a target is suspended for a storm, by the reason of its breaker. */
export const isStorm = (reason: string): boolean => reason.startsWith('STORM_BRAKE')

/** A probe that came to nothing says nothing new: the cause stays known. */
export const againOf = (reason: string): SlipError => new SlipError('STORM_BRAKE', reason.replace(/^STORM_BRAKE: /, ''))

/** What `--once` ends with while a target or a shard is suspended. */
export const suspendedError = (what: string, reason: string): SlipError =>
  new SlipError(isStorm(reason) ? 'STORM_BRAKE' : 'ENGINE_UNAVAILABLE', `${what} is suspended: ${reason}`)

/** Of the names of breakers of shards those of a target that this process is for. */
export const ownSuspended = (names: readonly string[], target: string, { hasShard }: OwnWork) =>
  names.map((name) => ({ name, ...parseShard(name) })).filter((each) => each.target === target && hasShard(each.shard))
