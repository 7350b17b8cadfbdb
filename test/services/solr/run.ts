import { endAbandoned, endRunFolder, newRunFolder } from '../run-folder.ts'
import type { Tell } from '../server.ts'
import { absent } from '../server-url.ts'

/** Of every process that runs there. */
const PROGRAM = 'java'

/** Where the processes of one server run. */
export interface Run {
  readonly folder: string
  /** Ends them and removes the folder. */
  close(): Promise<void>
}

/** Starts what runs in a new run folder. What killed processes left is ended first, and what a failing `start` leaves. */
export async function inRunFolder<T>(start: (run: Run) => Promise<T>): Promise<T> {
  await endAbandoned('solr', PROGRAM)
  const folder = newRunFolder('solr', null)
  const run: Run = { folder, close: () => endRunFolder(folder, PROGRAM) }
  try {
    return await start(run)
  } catch (error) {
    await run.close()
    throw error
  }
}

/** For a test file: tells on the console what is chosen; a server that cannot be had is a skip, or a failure in CI. */
export async function orAbsent<T>(name: string, start: (tell: Tell) => Promise<T>): Promise<T> {
  try {
    return await start((line) => console.log(`${name}: ${line}`))
  } catch (error) {
    throw absent(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
