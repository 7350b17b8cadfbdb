/** Cuts a stream into arrays of at most `size`. What came before an error comes first, then the error. */
export async function* blocksOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let block: T[] = []
  let failure: { readonly error: unknown } | null = null
  try {
    for await (const item of items) {
      block.push(item)
      if (block.length < size) continue
      const full = block
      block = []
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
