/**
 * Ids in byte order, none twice, in lists short enough for `IN (?)`: beyond 8 MB of ranges MySQL gives up the key and
 * scans the table, and a page of the sweep in one INSERT comes near the largest packet.
 */
export function* slicesOf(htids: readonly string[]): Generator<string[]> {
  const sorted = [...new Set(htids)].sort()
  for (let at = 0; at < sorted.length; at += size) yield sorted.slice(at, at + size)
}

const size = 500

/** Rows in lists as short, for a statement with values of each row. */
export function* chunksOf<Row>(rows: readonly Row[], most = size): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += most) yield rows.slice(at, at + most)
}
