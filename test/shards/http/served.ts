import { afterEach, expect } from 'vitest'
import { HttpFault } from '../../../src/http/fault.ts'
import { type Loopback, loopback } from './loopback.ts'

/** What is closed after each test. */
export const closing: (() => Promise<void>)[] = []

export function closeAfterEach(): void {
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })
}

export const options = { connections: 2, compress: false, connectMs: 5_000, headersMs: 10_000, bodyMs: 10_000 }

export async function serve(answer: Parameters<typeof loopback>[0]): Promise<Loopback> {
  const server = await loopback(answer)
  closing.push(server.close)
  return server
}

export const json = (
  response: { setHeader(name: string, value: string): void; end(text: string): void },
  value: unknown,
) => {
  response.setHeader('content-type', 'application/json;charset=utf-8')
  response.end(JSON.stringify(value))
}
export const faultOf = (asking: Promise<unknown>): Promise<HttpFault> =>
  asking.then(
    () => expect.fail('it was answered'),
    (error) => {
      expect(error).toBeInstanceOf(HttpFault)
      return error
    },
  )
export const get = { method: 'GET', path: '/x' } as const
