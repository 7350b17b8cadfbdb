/** Cuts a stream into arrays of at most `size`. */
export async function* blocksOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let block: T[] = []
  for await (const item of items) {
    block.push(item)
    if (block.length < size) continue
    yield block
    block = []
  }
  if (block.length > 0) yield block
}
