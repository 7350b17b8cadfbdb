/**
 * Posting and removing: one transaction per request, one savepoint per item.
 *
 * The fence is the version. One statement writes where the fence held is lower or the same; a row it does not write is
 * locked by it all the same, so that the fence then read is the one that won. A removal keeps its row as a tombstone,
 * without which an older post that arrives late would raise the item from the dead.
 *
 * Requests lock their items in byte order of id: two requests for the same items wait for each other and never deadlock.
 */
import pg from 'pg'
import type { IndexDocument, Outcome, Removal } from '../engine.ts'
import { type PageRow, type StoredDocument, storedDocument } from './document.ts'
import { isContentError, messageOf, placeOf } from './server.ts'

interface Write {
  readonly id: string
  readonly fence: number
  readonly rev: number
  /** null = removal. */
  readonly document: IndexDocument | null
}

const upsert = `
  INSERT INTO document (shard, id, fence, rev, digest, deleted, fields) VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (shard, id) DO UPDATE
  SET fence = excluded.fence, rev = excluded.rev, digest = excluded.digest, deleted = excluded.deleted, fields = excluded.fields
  WHERE document.fence <= excluded.fence`

const insertPages = `
  INSERT INTO page (shard, id, page, part, "order", label, text, words, dropped)
  SELECT $1, $2, page, part, "order", label, text, words::tsvector, dropped
  FROM unnest($3::integer[], $4::integer[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::integer[])
    AS row (page, part, "order", label, text, words, dropped)`

/** UTF-16 units of text sent in one statement: bounds the copies made on the way. With 4,000,000 it is no faster. */
const mostTextInStatement = 500_000

/** See Engine.post. */
export function postDocuments(pool: pg.Pool, shard: number, documents: readonly IndexDocument[]): Promise<Outcome[]> {
  const writes = documents.map((document) => ({ id: document.id, fence: document.fence, rev: document.rev, document }))
  return writeAll(pool, shard, writes)
}

/** See Engine.remove. */
export function removeItems(pool: pg.Pool, shard: number, removals: readonly Removal[]): Promise<Outcome[]> {
  return writeAll(
    pool,
    shard,
    removals.map((removal) => ({ ...removal, document: null })),
  )
}

async function writeAll(pool: pg.Pool, shard: number, writes: readonly Write[]): Promise<Outcome[]> {
  if (writes.length === 0) return []
  let client: pg.PoolClient | undefined
  const sent = new Set<Write>()
  try {
    client = await pool.connect()
    const outcomes = new Array<Outcome>(writes.length)
    await client.query('BEGIN')
    for (const index of lockOrder(writes)) {
      sent.add(writes[index]!)
      outcomes[index] = await writeOne(client, shard, writes[index]!)
    }
    await client.query('COMMIT')
    client.release()
    return outcomes
  } catch (error) {
    // Closing the connection ends its transaction, whatever state it is in. Nothing is proven: even where COMMIT was
    // sent, its answer was not heard.
    client?.release(true)
    const message = `shard ${shard}, ${placeOf(pool)}: ${messageOf(error)}`
    // what the server says itself is an answer
    const isBroken = !(error instanceof pg.DatabaseError)
    return writes.map((write) => ({
      kind: 'unavailable',
      message,
      ...(isBroken && sent.has(write) ? { unanswered: true } : {}),
    }))
  }
}

/** Places of the writes in byte order of id; the same id twice in the order given. */
function lockOrder(writes: readonly Write[]): number[] {
  const keys = writes.map(({ id }) => Buffer.from(id))
  return [...keys.keys()].sort((a, b) => Buffer.compare(keys[a]!, keys[b]!) || a - b)
}

async function writeOne(client: pg.PoolClient, shard: number, write: Write): Promise<Outcome> {
  let stored: StoredDocument | null
  try {
    stored = write.document && storedDocument(write.document)
  } catch (error) {
    return { kind: 'rejected', message: messageOf(error) }
  }
  await client.query('SAVEPOINT item')
  try {
    const outcome = await writeRows(client, shard, write, stored)
    await client.query('RELEASE SAVEPOINT item')
    return outcome
  } catch (error) {
    if (!isContentError(error) && !(error instanceof SyntaxError)) throw error
    await client.query('ROLLBACK TO SAVEPOINT item')
    return { kind: 'rejected', message: messageOf(error) }
  }
}

async function writeRows(
  client: pg.PoolClient,
  shard: number,
  write: Write,
  stored: StoredDocument | null,
): Promise<Outcome> {
  const { id, fence, rev } = write
  const digest = write.document?.digest ?? null
  const fields = stored && JSON.stringify(stored.fields)
  const written = await client.query({
    name: 'upsert',
    text: upsert,
    values: [shard, id, fence, rev, digest, stored === null, fields],
  })
  if (written.rowCount === 0) {
    const held = await client.query<{ fence: number }>('SELECT fence FROM document WHERE shard = $1 AND id = $2', [
      shard,
      id,
    ])
    return { kind: 'stale', fence: held.rows[0]!.fence }
  }
  // A statement of its own, after the row is locked: the snapshot of the one before may be older than the pages of a
  // write it waited for.
  await client.query({ name: 'clear', text: 'DELETE FROM page WHERE shard = $1 AND id = $2', values: [shard, id] })
  for (const rows of statements(stored?.rows ?? [])) {
    await client.query({ name: 'insert', text: insertPages, values: [shard, id, ...columns(rows)] })
  }
  return { kind: 'done' }
}

function* statements(rows: Iterable<PageRow>): Generator<PageRow[]> {
  let batch: PageRow[] = []
  let length = 0
  for (const row of rows) {
    batch.push(row)
    length += row.text.length
    if (length < mostTextInStatement) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}

function columns(rows: readonly PageRow[]): unknown[] {
  const names = ['page', 'part', 'order', 'label', 'text', 'words', 'dropped'] as const
  return names.map((name) => rows.map((row) => row[name]))
}
