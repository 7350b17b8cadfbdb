/**
 * Writing: one bulk request a shard, the fence of each document as its version. The server writes where it holds a lower
 * version or the same, and answers for each document, so that a bad one costs its neighbours nothing.
 *
 * A removal writes a tombstone in the place of the document. A delete would not do: what was deleted is remembered in
 * memory only, and a server that was stopped and started lets an older post raise the item from the dead; `require_alias`
 * does not hold for deletes, and one that names a missing alias makes an index of that name; and `highestFence` could not
 * find it.
 */

import { z } from 'zod'
import { SlipError } from '../../errors/slip-error.ts'
import { type Answer, NotUnderstood } from '../../http/answer.ts'
import type { IndexDocument, Outcome, Removal, Unavailable } from '../engine.ts'
import { unavailableBy, withoutSuspects } from '../http/unavailable.ts'
import { contentOf } from './answers.ts'
import { fencesOf } from './held.ts'
import { shardAlias } from './names.ts'
import { bulkItemShape, isForContent, isForSize, outcomeAlone, outcomeOf, staleOutcome } from './outcomes.ts'
import { assertOwnIndex, foreignIndex, forgetOwnIndex, otherSchema } from './own-index.ts'
import { messageOf, placeOf, type Server } from './server.ts'

/** How long the server itself waits for a shard that is not there: by default a minute, and others wait for the batch. */
const patience = '10s'

interface Write {
  readonly id: string
  readonly fence: number
  /** JSON on one line, in parts. */
  readonly source: readonly Buffer[]
}

/** See Engine.post. */
export function postDocuments(
  server: Server,
  shard: number,
  documents: readonly IndexDocument[],
  tooLarge?: () => void,
): Promise<Outcome[]> {
  const writes = documents.map(({ id, fence, json, provenance }) => ({ id, fence, source: [json, provenance] }))
  return writeAll(server, shard, writes, tooLarge)
}

/** See Engine.remove. */
export function removeItems(server: Server, shard: number, removals: readonly Removal[]): Promise<Outcome[]> {
  const writes = removals.map(({ id, fence, rev }) => {
    return { id, fence, source: [Buffer.from(JSON.stringify({ id, rev, fence, tombstone: true }))] }
  })
  return writeAll(server, shard, writes)
}

/** An outcome for each, in order. Throws nothing that a document, the server or a connection does. */
async function writeAll(
  server: Server,
  shard: number,
  writes: readonly Write[],
  tooLarge?: () => void,
): Promise<Outcome[]> {
  try {
    await assertOwnIndex(server, shard)
  } catch (error) {
    return writes.map(() => withoutSuspects(failed(server, shard, error)))
  }
  const outcomes = await send(server, shard, writes, tooLarge)
  if (outcomes.some(({ kind }) => kind === 'unavailable')) forgetOwnIndex(server, shard)
  return outcomes
}

async function send(
  server: Server,
  shard: number,
  writes: readonly Write[],
  tooLarge?: () => void,
): Promise<Outcome[]> {
  const [first] = writes
  if (first === undefined) return []
  const alias = shardAlias(server.index, shard)
  try {
    const answer = await server.nodes.request({
      method: 'POST',
      path: `/${alias}/_bulk?require_alias=true&timeout=${patience}&filter_path=error,status,items.*.status,items.*.error,items.*._index`,
      body: linesOf(writes),
      type: 'application/x-ndjson',
    })
    if (!isForContent(answer)) return await outcomesOf(server, shard, writes, answer)
    if (writes.length === 1) return [outcomeAlone(answer, bytesOf(first))]
    if (isForSize(answer)) tooLarge?.()
    return await writeEach(server, shard, writes)
  } catch (error) {
    // nothing is proven: the server may have written and not been heard
    return writes.map(() => failed(server, shard, error))
  }
}

function failed(server: Server, shard: number, error: unknown): Unavailable {
  const cause = error instanceof SlipError ? error.cause : error
  return unavailableBy(cause, messageOf(error, server, shard))
}

const lineEnd = Buffer.from('\n')

function linesOf(writes: readonly Write[]): Buffer[] {
  return writes.flatMap(({ id, fence, source }) => [
    Buffer.from(`{"index":{"_id":${JSON.stringify(id)},"version":${fence},"version_type":"external_gte"}}\n`),
    ...source,
    lineEnd,
  ])
}

const bytesOf = ({ source }: Write) => source.reduce((sum, { length }) => sum + length, 0)

/** One request a document, until one is not answered for. */
async function writeEach(server: Server, shard: number, writes: readonly Write[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const write of writes) {
    const last = outcomes.at(-1)
    outcomes.push(...(last?.kind === 'unavailable' ? [withoutSuspects(last)] : await send(server, shard, [write])))
  }
  return outcomes
}

const answersShape = z.object({ items: z.array(z.object({ index: bulkItemShape.optional() })) })

async function outcomesOf(server: Server, shard: number, writes: readonly Write[], answer: Answer): Promise<Outcome[]> {
  const { items } = contentOf(answer, answersShape)
  const told = items.flatMap(({ index }) => index ?? [])
  if (told.length !== writes.length)
    throw new NotUnderstood(answer, `answered ${answer.status} without saying what became of each document`)
  const foreign = foreignIndex(server, shard, told)
  if (foreign !== null) return writes.map(() => failed(server, shard, otherSchema(server, shard, foreign)))
  const at = placeOf(server, shard, answer.url)
  const [alone] = writes.length === 1 ? writes : []
  const outcomes = told.map((item) => outcomeOf(item, at, alone && bytesOf(alone)))
  const refused = writes.filter((_, place) => outcomes[place] === null)
  const stale = await staleOutcomes(server, shard, refused, at)
  return writes.map((write, place) => outcomes[place] ?? (stale.get(write) as Outcome))
}

/** Of refused writes; when it cannot be read what is there, of these alone nothing is known. */
async function staleOutcomes(
  server: Server,
  shard: number,
  refused: readonly Write[],
  at: string,
): Promise<Map<Write, Outcome>> {
  try {
    const fences = await fencesOf(
      server,
      shard,
      refused.map(({ id }) => id),
    )
    return new Map(refused.map((write) => [write, staleOutcome(write.fence, fences.get(write.id), at)]))
  } catch (error) {
    const outcome = withoutSuspects(failed(server, shard, error))
    return new Map(refused.map((write) => [write, outcome]))
  }
}
