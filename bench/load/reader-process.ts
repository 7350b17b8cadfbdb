import { Pool } from 'undici'

/** What is read: all records of a catalogue's Solr, so many a page. */
export interface ReaderOrder {
  readonly url: string
  readonly fields: readonly string[]
  readonly rows: number
}

if (import.meta.main) console.log(await read(JSON.parse(process.argv[2] as string)))

/** Asks for one page after the other and parses it; returns how many records there were. */
async function read({ url, fields, rows }: ReaderOrder): Promise<number> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: 1 })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  let count = 0
  for (let cursor = '*'; ; ) {
    const asked = { q: '*:*', sort: 'id asc', rows: String(rows), fl: fields.join(','), cursorMark: cursor }
    const plain = { defType: 'lucene', wt: 'json', indent: 'off', facet: 'false' }
    const body = new URLSearchParams({ ...plain, ...asked }).toString()
    const answer = await pool.request({ method: 'POST', path: `${pathname}/select`, headers, body })
    const page = (await answer.body.json()) as { response: { docs: unknown[] }; nextCursorMark: string }
    count += page.response.docs.length
    if (page.nextCursorMark === cursor) break
    cursor = page.nextCursorMark
  }
  await pool.close()
  return count
}
