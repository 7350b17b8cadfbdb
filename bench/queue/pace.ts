import { setTimeout as pause } from 'node:timers/promises'

/** Rows a second that are enqueued, on every side, while claims are measured. */
const rowsPerSecond = 1_000
const everyMs = 250

/** Runs `add(first, count)` at a steady pace until `work` is over; it is told which rows it adds, counted from `first`. */
export async function whileEnqueuing<T>(
  first: number,
  add: (first: number, count: number) => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const count = (rowsPerSecond * everyMs) / 1_000
  const enqueuer = (async () => {
    for (let next = first; !over.signal.aborted; next += count) {
      await add(next, count)
      await pause(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  })()
  try {
    return await work()
  } finally {
    over.abort()
    await enqueuer
  }
}
