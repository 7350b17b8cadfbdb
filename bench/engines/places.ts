import { availableParallelism } from 'node:os'
import { pin, type TestedEngine } from './tested-engine.ts'

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

/** Keeps the engine, and whatever `work` starts, on their processors. */
export async function on<T>({ engine, client }: Place, tested: TestedEngine, work: () => Promise<T>): Promise<T> {
  tested.pin(engine)
  // what is started inherits it
  pin(process.pid, client)
  try {
    return await work()
  } finally {
    tested.pin(all)
    pin(process.pid, all)
  }
}
