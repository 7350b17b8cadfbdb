import { setTimeout as pause } from 'node:timers/promises'
import { type HttpMeddling, headersOf, send } from './http-proxy.ts'

/** The connection breaks before the request reaches the server. */
export const cutBefore: HttpMeddling = ({ response }) => void response.destroy()

/** The server has done it, and nobody hears of it. */
export const cutAfter: HttpMeddling = async ({ pass, response }) => {
  await pass()
  response.destroy()
}

const half = (body: Buffer): Buffer => body.subarray(0, body.length >> 1)

/** The connection breaks in the middle of the answer. */
export const cutWithin: HttpMeddling = async ({ pass, response }) => {
  const { status, headers, body } = await pass()
  response.writeHead(status, headersOf(headers, body))
  response.write(half(body), () => response.destroy())
}

/** Half of the answer, as if that were all. */
export const truncated: HttpMeddling = async ({ pass, response }) => {
  const answered = await pass()
  send(response, { ...answered, body: half(answered.body) })
}

/** One bit of the answer is another: the bracket that closes it. */
export const flipped: HttpMeddling = async ({ pass, response }) => {
  const { body, ...rest } = await pass()
  const end = Math.max(body.lastIndexOf('}'), body.lastIndexOf(']'))
  send(response, { ...rest, body: Buffer.from(body.map((byte, at) => (at === end ? byte ^ 1 : byte))) })
}

/** Answers in place of the server, which is not asked. */
export const answering =
  (status: number, headers: Record<string, string> = {}, body = ''): HttpMeddling =>
  ({ response }) =>
    void response.writeHead(status, headers).end(body)

/** A page for browsers in place of the answer. */
export const page = (status: number, headers: Record<string, string> = {}): HttpMeddling =>
  answering(
    status,
    { 'content-type': 'text/html', ...headers },
    `<html><body><h1>${status} from a proxy</h1></body></html>`,
  )

/** The server's own answer with other words in it. */
export const reworded =
  (from: RegExp, to: string): HttpMeddling =>
  async ({ pass, response }) => {
    const answered = await pass()
    send(response, { ...answered, body: Buffer.from(answered.body.toString().replace(from, to)) })
  }

/** The answer comes later. */
export const delayed =
  (milliseconds: number): HttpMeddling =>
  async ({ pass, response }) => {
    const answered = await pass()
    await pause(milliseconds)
    send(response, answered)
  }

const piece = Buffer.alloc(1 << 20, ' ')

/** An answer of so many MiB, JSON as far as can be told; and how many of them were taken. */
export function large(mebibytes: number, { announced }: { announced: boolean }) {
  let taken = 0
  const meddling: HttpMeddling = async ({ response }) => {
    const length = announced ? { 'content-length': String(mebibytes << 20) } : {}
    response.writeHead(200, { 'content-type': 'application/json', ...length })
    response.flushHeaders()
    // who asked may break off
    response.on('error', () => undefined)
    for (let at = 0; at < mebibytes && !response.destroyed; at++) {
      await new Promise<void>((resolve) => {
        response.once('close', resolve)
        response.write(piece, (error) => {
          if (!error) taken++
          response.off('close', resolve)
          resolve()
        })
      })
    }
    response.end()
  }
  return { meddling, taken: () => taken }
}

/** Keeps requests back until they are let go: then they reach the server, whoever still waits for them. */
export class Holding {
  readonly #release = Promise.withResolvers<void>()
  readonly #passed: Promise<unknown>[] = []

  readonly meddling: HttpMeddling = ({ pass, response }) => {
    const passed = this.#release.promise.then(pass)
    this.#passed.push(passed)
    return passed.then((answered) => send(response, answered))
  }

  /** Resolves when the server has answered all of them. */
  async release(): Promise<void> {
    this.#release.resolve()
    await Promise.allSettled(this.#passed)
  }
}
