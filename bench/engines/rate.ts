/** So many bytes were taken by the engine at such a time. */
export interface Taken {
  /** Milliseconds, of any clock. */
  readonly at: number
  readonly bytes: number
}

const megabyte = 1e6

/** MB/s from when so many bytes are in the engine until the last are. Throws when there are none after those. */
export function rateAfter(warmUp: number, taken: readonly Taken[]): number {
  const sorted = taken.toSorted((a, b) => a.at - b.at)
  let bytes = 0
  const first = sorted.findIndex((each) => {
    bytes += each.bytes
    return bytes >= warmUp
  })
  const counted = sorted.slice(first + 1)
  const [begin, end] = [sorted[first], counted.at(-1)]
  if (begin === undefined || end === undefined) throw new Error(`nothing was measured after ${warmUp} bytes`)
  const sum = counted.reduce((all, each) => all + each.bytes, 0)
  return sum / megabyte / ((end.at - begin.at) / 1000)
}
