/** Bytes of what is read that may be in one block, where that can be told. */
const mostBytes = 8 << 20

/**
 * Cuts a stream into arrays of at most `size`, and of 8 MiB by `weigh` or one item more. What came before an error comes
 * first, then the error.
 */
export async function* blocksOf<T>(
  items: AsyncIterable<T>,
  size: number,
  weigh: (item: T) => number = () => 0,
): AsyncGenerator<T[]> {
  let block: T[] = []
  let bytes = 0
  let failure: { readonly error: unknown } | null = null
  try {
    for await (const item of items) {
      block.push(item)
      bytes += weigh(item)
      if (block.length < size && bytes < mostBytes) continue
      const full = block
      block = []
      bytes = 0
      yield full
    }
  } catch (error) {
    failure = { error }
  }
  if (block.length > 0) yield block
  if (failure !== null) throw failure.error
}

/** The same items, each asked for while the one before is worked on. What is asked for when the work ends is let go. */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  let asked = heldBack(iterator.next())
  try {
    for (;;) {
      const { done, value } = await asked
      if (done === true) return
      asked = heldBack(iterator.next())
      yield value
    }
  } finally {
    await asked.catch(() => {})
    await iterator.return?.()
  }
}

/** A promise whose failure is told when its turn comes, and to nobody when it does not. */
export function heldBack<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
