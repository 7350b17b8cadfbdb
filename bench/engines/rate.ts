/** So many bytes were on their way into the engine between two times, and are there since the second. */
export interface Taken {
  /** Milliseconds, of any clock. */
  readonly from: number
  readonly at: number
  readonly bytes: number
}

const megabyte = 1e6

/**
 * MB/s from when so many bytes are in the engine until the last are. What is on its way counts by the share of its time that
 * is over: were it counted once it is there, what is half done when the count begins would be counted whole, and the larger
 * the parcels, the better they would look. Throws when there are none after those.
 */
export function rateAfter(warmUp: number, taken: readonly Taken[]): number {
  const all = takenAt(Number.POSITIVE_INFINITY, taken)
  if (all <= warmUp) throw new Error(`nothing was measured after ${warmUp} bytes`)
  const end = Math.max(...taken.map(({ at }) => at))
  return (all - warmUp) / megabyte / ((end - timeOf(warmUp, taken)) / 1000)
}

function takenAt(time: number, taken: readonly Taken[]): number {
  const share = ({ from, at }: Taken) => (time >= at ? 1 : Math.max(0, (time - from) / (at - from)))
  return taken.reduce((sum, each) => sum + share(each) * each.bytes, 0)
}

/** By halving, to the microsecond. */
function timeOf(bytes: number, taken: readonly Taken[]): number {
  let [low, high] = [Math.min(...taken.map(({ from }) => from)), Math.max(...taken.map(({ at }) => at))]
  while (high - low > 1e-3) {
    const middle = (low + high) / 2
    if (takenAt(middle, taken) < bytes) low = middle
    else high = middle
  }
  return high
}
