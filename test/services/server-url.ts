import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { Answer } from './offer.ts'
import { ServerAbsent, type ServerName } from './server.ts'

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
  throw absent(answer.absent)
}

/** What is thrown for a server that cannot be had, for `reason`. */
export function absent(reason: string): Error {
  return process.env.CI === 'true' ? new Error(reason) : new ServerAbsent(reason)
}
