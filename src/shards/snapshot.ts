import { SlipError } from '../errors/slip-error.ts'

/** What engines, and file systems below them, take for a name. */
export const snapshotName = /^[a-z0-9][a-z0-9_.-]{0,99}$/

/** Called for each shard as soon as it is done, and awaited before anything more is asked of the engine. */
export type OnShard = (shard: number) => unknown

/** What an engine said of a snapshot that it did not make, or not restore. */
export function snapshotFailed(words: string, place: { target: string; shard?: number }, cause?: unknown): SlipError {
  return new SlipError('SNAPSHOT_FAILED', words, { place, ...(cause === undefined ? {} : { cause }) })
}
