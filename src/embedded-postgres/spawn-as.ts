import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { SlipError } from '../errors/slip-error.ts'
import type { Owner } from './owner.ts'

/**
 * Starts a PostgreSQL program as `owner` in a session of its own, so that Ctrl-C in the terminal does not reach it.
 * Resolves when it runs.
 * @throws EMBEDDED_SERVER_FAILED when the program cannot be run at all
 */
export async function spawnAs(
  owner: Owner | null,
  program: string,
  args: string[],
  options: SpawnOptions,
): Promise<ChildProcess> {
  try {
    const child = spawn(program, args, {
      ...options,
      ...(owner ?? {}),
      detached: true,
      // Nothing of the caller's environment (PGDATA, PGPORT, LC_ALL …) may change what starts.
      env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    })
    await once(child, 'spawn')
    return child
  } catch (cause) {
    throw new SlipError('EMBEDDED_SERVER_FAILED', `${program} cannot be run: ${(cause as Error).message}`, {
      place: { program },
      cause,
    })
  }
}
