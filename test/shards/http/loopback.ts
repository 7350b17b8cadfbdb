import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server was asked, its body whole. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface Loopback {
  readonly url: string
  readonly asked: Asked[]
  close(): Promise<void>
}

/** A real server on 127.0.0.1 that answers as `answer` says. */
export async function loopback(answer: (asked: Asked, response: ServerResponse) => unknown): Promise<Loopback> {
  const asked: Asked[] = []
  const listen: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: Buffer.concat(chunks) }
    asked.push(one)
    await answer(one, response)
  }
  const server = createServer(listen).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
