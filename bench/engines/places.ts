import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { TestedEngine } from './tested-engine.ts'

/** The processors of engine and client; the client's are those of the database as well. */
export interface Place {
  readonly name: string
  readonly engine: string
  readonly client: string
  /** MB/s there may be at most where client and engine take so many processor seconds for a MB. */
  mostOf(client: number, engine: number): number
}

const all = `0-${availableParallelism() - 1}`

export const apart: Place = {
  name: 'engine and client on a processor each',
  engine: '0',
  client: '1',
  mostOf: (client, engine) => 1 / Math.max(client, engine),
}
export const together: Place = {
  name: 'engine and client on all processors',
  engine: all,
  client: all,
  mostOf: (client, engine) => availableParallelism() / (client + engine),
}

/** Runs `work` with an engine that was started in a place, and is closed afterwards. */
export type InPlace = <T>(place: Place, work: (tested: TestedEngine) => Promise<T>) => Promise<T>

/**
 * Starts an engine on its processors, whose number decides how it divides its work, and keeps whatever `work` starts on the
 * client's.
 */
export async function on<T>(
  { engine, client }: Place,
  start: () => Promise<TestedEngine>,
  work: (tested: TestedEngine) => Promise<T>,
): Promise<T> {
  // what is started inherits it
  pin(engine)
  try {
    const tested = await start()
    try {
      pin(client)
      return await work(tested)
    } finally {
      await tested.close()
    }
  } finally {
    pin(all)
  }
}

/** Puts all threads of this process on such processors. */
const pin = (processors: string): void => {
  execFileSync('taskset', ['-acp', processors, String(process.pid)], { stdio: 'ignore' })
}
