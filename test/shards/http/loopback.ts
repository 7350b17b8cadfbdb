import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** What a server was asked, its body whole. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A key and its certificate, as a PKCS #12 store. */
export interface TlsKey {
  readonly pfx: Buffer
  readonly passphrase: string
}

export interface Loopback {
  readonly url: string
  /** The last thousand. */
  readonly asked: readonly Asked[]
  /** Breaks every connection; new ones are taken. */
  cut(): void
  close(): Promise<void>
}

const mostKept = 1_000

/** A real server on 127.0.0.1 that answers as `answer` says; with a key by https only. */
export async function loopback(
  answer: (asked: Asked, response: ServerResponse) => unknown,
  key?: TlsKey,
): Promise<Loopback> {
  const asked: Asked[] = []
  const listen: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      // who asked has broken off
      return
    }
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers, body: Buffer.concat(chunks) }
    asked.push(one)
    if (asked.length > mostKept) asked.shift()
    await answer(one, response)
  }
  const server = key === undefined ? createServer(listen) : createTlsServer(key, listen)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http${key === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    cut: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
