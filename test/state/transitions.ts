import { expect } from 'vitest'
import { changedItems } from '../../src/state/audit/changed-items.ts'
import { lastResolutions } from '../../src/state/audit/errors.ts'
import { readIndexedInputs, readLedgerPage } from '../../src/state/audit/indexed-inputs.ts'
import { sweepFrom } from '../../src/state/audit/sweep.ts'
import type { Connection } from '../../src/state/connection.ts'
import { becomeLive } from '../../src/state/control/fill.ts'
import { deleteRemnants } from '../../src/state/control/remnants.ts'
import { type Claim, claim } from '../../src/state/queue/claim.ts'
import { claimAlong } from '../../src/state/queue/claim-along.ts'
import { delay } from '../../src/state/queue/delay.ts'
import { enqueueChanged, requestItems } from '../../src/state/queue/enqueue.ts'
import { lockClaim, lockRows } from '../../src/state/queue/exit.ts'
import { fail } from '../../src/state/queue/fail.ts'
import { findDeletes } from '../../src/state/queue/find-deletes.ts'
import { followPage, startPass } from '../../src/state/queue/follow.ts'
import { handBack } from '../../src/state/queue/hand-back.ts'
import { hasten } from '../../src/state/queue/hasten.ts'
import { holdItems, releaseItems } from '../../src/state/queue/hold.ts'
import { moveDue } from '../../src/state/queue/move-due.ts'
import { purgeItems } from '../../src/state/queue/purge.ts'
import { reap } from '../../src/state/queue/reap.ts'
import { type Answer, applyAnswers, dueQuestions, type Question } from '../../src/state/queue/recheck.ts'
import { renew } from '../../src/state/queue/renew.ts'
import { settleWhole } from '../../src/state/queue/settle-whole.ts'
import { suspect } from '../../src/state/queue/suspect.ts'
import { suspectShards } from '../../src/state/queue/suspect-shards.ts'
import { adoptItems } from '../../src/state/restore/adopt-items.ts'
import { knownItems } from '../../src/state/restore/known-items.ts'
import { repairPage } from '../../src/state/restore/repair.ts'
import { readFingerprintPage, readFingerprints, writeFingerprints } from '../../src/state/rights/files-fingerprints.ts'
import { readIndexedFiles } from '../../src/state/rights/indexed-files.ts'
import { upsertRights } from '../../src/state/rights/upsert-rights.ts'
import { retryErrors, skipErrors } from './error-pages.ts'
import { htidOf } from './filled.ts'
import { failure, indexed, later, settleInside } from './fixture.ts'

/** Works are done on what `fill` has filled, with a worker of this token. */
export interface Sizes {
  readonly token: () => string
  /** Items of a claim. */
  readonly batch: number
  /** Items of a page: of such a table no larger a part than a page of thousands is of twenty million rows. */
  readonly page: number
  /** Of the table. */
  readonly items: number
}

/** A transition, what it does, and the indexes one of its plans must use: PostgreSQL's names; on MySQL a primary key is PRIMARY. */
export type Transition = [name: string, work: (tx: Connection) => Promise<unknown>, indexes?: string[]]

/** The ids of a batch, spread over the table. */
const someOf = ({ batch, items }: Sizes) => Array.from({ length: batch }, (_, at) => htidOf(at * (items / batch - 1)))

export const claimSome = (tx: Connection, { token, batch }: Pick<Sizes, 'token' | 'batch'>) =>
  claim(tx, {
    bucket: { target: 'main', lane: 1, shard: 1 },
    worker: token(),
    pid: 1,
    host: 'host-a',
    batch,
    draw: 1,
    fromSeq: 0,
  })

const options = { lane: 'daily', reason: 'test' } as const
const by = { person: 'a@host-a', reason: 'test' }

const provenance = { codeVersion: '0.1.0', schemaVersion: 1, configDigest: 'c', host: 'host-a' }

export async function settleSome(tx: Connection, sizes: Pick<Sizes, 'token' | 'batch'>) {
  const held = await claimSome(tx, sizes)
  const settled = held.items.map((item) => indexed(item.htid))
  if (tx.dialect === 'mysql') return settleInside(tx, held, settled)
  return settleWhole(tx, held, settled, provenance)
}

/** What daemons do over and over. */
export function transitionsOf(sizes: Sizes): Transition[] {
  const { token, batch, page, items } = sizes
  const middle = htidOf(items / 2)
  const some = someOf(sizes)
  const claimed = (tx: Connection) => claimSome(tx, sizes)

  async function filesPage(tx: Connection) {
    const htids = [...(await readFingerprintPage(tx, middle, page)).keys()]
    expect(htids).toHaveLength(page)
    await readFingerprints(tx, htids, 'lock')
    expect((await readIndexedFiles(tx, htids)).size).toBe(page)
    await writeFingerprints(tx, new Map(htids.map((htid) => [htid, '.'])))
  }

  async function inputsPage(tx: Connection) {
    const htids = await readLedgerPage(tx, 'main', middle, page)
    expect(htids).toHaveLength(page)
    await readIndexedInputs(tx, 'main', htids)
  }

  async function alongSome(tx: Connection) {
    const open = [1, 2].map((shard) => ({ lane: 1, shard }))
    const request = { target: 'main', htids: some, worker: token(), pid: 1, host: 'h', open, draw: 1 }
    const claims = await claimAlong(tx, request)
    expect(claims.flatMap((each) => each.items).length).toBeGreaterThan(batch / 2)
  }

  async function expiredReap(tx: Connection) {
    await claimed(tx)
    await tx.change(`UPDATE slip_claim SET lease_until = ${later(tx, -1)}`)
    return reap(tx, 10)
  }

  async function endStorm(tx: Connection) {
    await tx.change(
      `UPDATE slip_queue SET last_error = 'STORM_BRAKE: x' WHERE target = 'main' AND htid = '${htidOf(9)}'`,
    )
    return hasten(tx, { target: 'main', shard: null, code: 'STORM_BRAKE' })
  }

  async function goneRemnants(tx: Connection) {
    for (const table of ['slip_shard', 'slip_target']) await tx.change(`DELETE FROM ${table}`)
    return deleteRemnants(tx, page)
  }

  async function lockSome(tx: Connection) {
    const held = await claimed(tx)
    await lockClaim(tx, held)
    await lockRows(
      tx,
      [held],
      held.items.map((item) => item.htid),
    )
  }

  return [
    ['a claim', claimed, ['slip_queue_ready', 'slip_indexed_pkey', 'slip_queue_place']],
    ['a claim along with another', alongSome, ['slip_queue_pkey', 'slip_indexed_pkey', 'slip_queue_place']],
    [
      'a page of the watermark',
      async (tx) => followPage(tx, await startPass(tx, 'main', 60_000), page),
      ['slip_rights_insert_time', 'slip_queue_pkey', 'slip_indexed_pkey'],
    ],
    ['a page of the sweep', (tx) => sweepFrom(tx, 'main', middle, page), ['slip_rights_pkey', 'slip_queue_pkey']],
    ['an enqueue', (tx) => enqueueChanged(tx, 'main', some, options), ['slip_rights_pkey', 'slip_queue_pkey']],
    ['a request', (tx) => requestItems(tx, 'main', some, options), ['slip_rights_pkey', 'slip_indexed_pkey']],
    ['a look for deletes', (tx) => findDeletes(tx, { target: 'main', lane: 1, shard: 1 }, 0), ['slip_queue_ready']],
    ['the shards of suspects', (tx) => suspectShards(tx, 'main'), ['slip_queue_ready']],
    ['the end of a filling', (tx) => becomeLive(tx, 'main'), ['slip_queue_ready']],
    ['the mover', (tx) => moveDue(tx, page), ['slip_queue_delayed']],
    ['the end of a storm', endStorm, ['slip_queue_delayed', 'slip_queue_pkey']],
    ['the reaper', expiredReap, ['slip_claim_pkey', 'slip_queue_pkey']],
    ['the lock of several exits', lockSome, ['slip_queue_pkey']],
    ['a settle', (tx) => settleSome(tx, sizes), ['slip_queue_place', 'slip_indexed_pkey', 'slip_errors_item']],
    ['a renewal', (tx) => claimed(tx).then((held) => renew(tx, [held.token]))],
    ['the read of what is due for recheck', (tx) => dueQuestions(tx, 'main', page), ['slip_recheck_due']],
    ['the look for rows of targets that are gone', goneRemnants, ['slip_queue_pkey']],
    ['a page of the files of items', filesPage, ['slip_rights_pkey', 'slip_indexed_pkey']],
    ['a page of the inputs of documents', inputsPage, ['slip_indexed_pkey', 'slip_rights_pkey']],
    [
      'a rights block',
      (tx) =>
        upsertRights(
          tx,
          some.map((id) => ({ htid: id, apply: () => null })),
        ),
      ['slip_rights_pkey'],
    ],
  ]
}

/** What an engine answers that holds what the ledger says. */
function holdingOf({ ledger }: Question): Answer['found'] {
  return ledger?.digest == null ? null : { rev: ledger.rev, fence: ledger.fence, digest: ledger.digest }
}

/** The other exits, what people do to items by their ids, and what follows a restore. */
export function pagesOf(sizes: Sizes): Transition[] {
  const { batch, page } = sizes
  const some = someOf(sizes)
  const setbacks = [1, 2].map((shard) => ({ shard, from: 0, since: 0 }))

  const leaving =
    (work: (tx: Connection, held: Claim, htids: readonly string[]) => Promise<unknown>) => async (tx: Connection) => {
      const held = await claimSome(tx, sizes)
      expect(held.items).toHaveLength(batch)
      await work(
        tx,
        held,
        held.items.map(({ htid }) => htid),
      )
    }
  const each = <T>(htids: readonly string[], rest: T) => htids.map((htid) => ({ htid, ...rest }))
  const who = () => ({ worker: sizes.token(), pid: 1, host: 'host-a' })
  const late = { baseMs: 1_000, environment: false, unproven: true, message: 'away' }
  const refused = { baseMs: 1_000, alone: true, lastError: 'x', message: 'x', detail: '{}' }
  const failed = (htids: readonly string[]) => htids.map((htid) => failure(htid))
  const done = (htids: readonly string[]) => htids.map((htid) => indexed(htid))

  async function answers(tx: Connection) {
    await tx.change(
      `UPDATE slip_recheck SET due_at = ${later(tx, -1)} WHERE target = 'main' AND htid < '${htidOf(page)}'`,
    )
    await tx.change(`DELETE FROM slip_queue WHERE target = 'main' AND htid < '${htidOf(page / 2)}'`)
    const questions = await dueQuestions(tx, 'main', page)
    expect(questions).toHaveLength(page)
    const told = questions.map((question) => ({ ...question, found: holdingOf(question) }))
    return applyAnswers(tx, { name: 'main', lease: 60_000 }, told)
  }

  async function adopt(tx: Connection) {
    const known = await knownItems(tx, 'main', some)
    const adoptions = some.map((htid) => {
      const before = known.get(htid)!
      return { htid, before, ledger: { shard: 1, rev: 0, fence: 9, presence: 'absent', digest: null } as const }
    })
    expect((await adoptItems(tx, 'main', adoptions)).size).toBe(batch)
  }

  return [
    ['a hold', (tx) => holdItems(tx, 'main', some)],
    ['a release', async (tx) => [await holdItems(tx, 'main', some), await releaseItems(tx, 'main', some)]],
    ['a purge', (tx) => purgeItems(tx, 'main', some, by)],
    ['a retry', (tx) => retryErrors(tx, { target: 'main', htids: some }, { waive: ['checksum'] })],
    ['a skip', (tx) => skipErrors(tx, { target: 'main', htids: some }, by)],
    ['an exit one by one', leaving((tx, held, htids) => settleInside(tx, held, done(htids)))],
    ['a back-off', leaving((tx, held, htids) => delay(tx, held, each(htids, late)))],
    ['an end in error', leaving((tx, held, htids) => fail(tx, held, failed(htids), who()))],
    ['a hand-back', leaving((tx, held, htids) => handBack(tx, held, each(htids, { fence: 0 })))],
    ['a suspicion', leaving((tx, held, htids) => suspect(tx, held, each(htids, refused), who()))],
    ['the answers of a recheck', answers],
    ['an adoption', adopt],
    [
      'a page of what changed',
      (tx) => changedItems(tx, 'main', { time: '2000-01-01 00:00:00', htid: '' }, '2999-01-01 00:00:00', page),
    ],
    ['the last errors of items', (tx) => lastResolutions(tx, 'main', some)],
    ['a page of a repair', (tx) => repairPage(tx, 'main', setbacks, { after: '', size: page, lane: 'ops' })],
  ]
}
