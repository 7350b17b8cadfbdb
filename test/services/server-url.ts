import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { Answer } from './offer.ts'
import { ServerAbsent, type ServerName, type Tell } from './server.ts'

/**
 * Where a server of this test run is reached; the first call of a run for a server starts it.
 *
 * @throws ServerAbsent when the server cannot be had: the file, or the suite of the beforeAll, is then skipped with the
 * reason. In CI (CI=true) an Error, which is a failure.
 */
export async function urlOf(server: ServerName): Promise<string> {
  const socket = connect(inject('serversPort'), '127.0.0.1')
  await once(socket, 'connect')
  socket.end(server)
  const answer: Answer = JSON.parse(await text(socket))
  if ('url' in answer) return answer.url
  throw absence(answer.absent)
}

/**
 * Starts a server of a test file alone, and tells on the console how it is had.
 * @throws like urlOf
 */
export async function orAbsent<T>(name: string, start: (tell: Tell) => Promise<T>): Promise<T> {
  try {
    return await start((line) => console.log(`${name}: ${line}`))
  } catch (error) {
    throw absence(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const absence = (reason: string): Error => (process.env.CI === 'true' ? new Error(reason) : new ServerAbsent(reason))
