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
