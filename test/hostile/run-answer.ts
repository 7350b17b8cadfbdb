import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asSlipError } from '../../src/errors/slip-error.ts'
import { recordFields } from '../../src/shards/fields.ts'
import { CatalogueSolr } from '../../src/sources/catalogue-solr.ts'
import { type End, errorEnd } from './ends.ts'
import type { AnswerInput } from './kind.ts'
import { sourceEnd } from './run-source.ts'

/** One page of a catalogue, read as slip-rights does, from a server that answers so whatever it is asked. */
export async function runAnswer(input: AnswerInput): Promise<End> {
  const { status, type, bytes, sent, intact = [] } = input
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': type, 'content-length': bytes.length })
    if (sent === undefined) response.end(bytes)
    else response.write(bytes.subarray(0, sent), () => response.socket?.destroySoon())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/solr/catalogue`
  const solr = new CatalogueSolr({ url, timeout: 60_000, fields: recordFields })
  try {
    const { events } = await solr.page({ since: null, cursor: '*', signal: new AbortController().signal })
    return await sourceEnd(events, intact)
  } catch (thrown) {
    const error = asSlipError(thrown)
    const end = errorEnd(error)
    // of a server that answers so it is right to say that it is away
    return error.class === 'environment' && error.code.startsWith('SOURCE_') ? { end: error.code } : end
  } finally {
    await solr.close()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}
