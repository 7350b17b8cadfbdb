import { cutAfter, cutBefore, cutWithin, delayed, Holding, page, truncated } from '../http-faults.ts'
import { type HttpMeddling, HttpProxy, type Matches, type Strike } from '../http-proxy.ts'
import type { IndexGate, SpoiledAnswer } from './chaos-index.ts'

const meddlings: Readonly<Record<SpoiledAnswer, HttpMeddling>> = {
  '429': page(429),
  '429 with Retry-After': page(429, { 'retry-after': '1' }),
  '503': page(503),
  'a page': page(200),
  'half of it': truncated,
  'cut within': cutWithin,
}

/** A gate in front of all nodes of an index that is asked over HTTP. */
export async function httpGate(urls: readonly string[], isWrite: Matches, delayMs: number): Promise<IndexGate> {
  const proxies = await HttpProxy.beforeAll(urls)
  const strikeAll = (matches: Matches, meddling: HttpMeddling, times?: number) =>
    proxies.map((proxy) => proxy.strike(matches, meddling, times))
  strikeAll(() => true, delayed(delayMs))
  return {
    urls: proxies.map(({ url }) => url),
    cutAtWrite: (when, stop) => first(strikeAll(isWrite, when === 'before' ? cutBefore : cutAfter, 1), stop),
    holdWrite: async (stop) => {
      const holding = new Holding()
      const held = await first(strikeAll(isWrite, holding.meddling, 1), stop)
      return held ? { release: () => void holding.release() } : null
    },
    spoil: (how) => {
      const strikes = strikeAll(() => true, meddlings[how])
      return () => {
        for (const strike of strikes) strike.end()
        return strikes.reduce((sum, { count }) => sum + count, 0)
      }
    },
    close: () => Promise.all(proxies.map((proxy) => proxy.close())),
  }
}

/** Resolves when one of them has struck, and leaves it at that; false when `stop` gives up waiting. */
async function first(strikes: readonly Strike[], stop: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stop.addEventListener('abort', () => resolve())
  await Promise.race([promise, ...strikes.map(({ struck }) => struck)])
  for (const strike of strikes) strike.end()
  return strikes.some(({ count }) => count > 0)
}
