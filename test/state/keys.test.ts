import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemIdProblem, parseItemId } from '../../src/sources/item-id.ts'
import { requestItems } from '../../src/state/queue/enqueue.ts'
import { change, claimBucket, enqueue, ledgerRow, queueRow, settleAll } from './fixture.ts'
import { openForFile, state, token } from './opened.ts'

openForFile()

const quoted = (text: string) =>
  state.db.dialect === 'mysql' ? text.replaceAll('\\', '\\\\').replaceAll("'", "''") : text.replaceAll("'", "''")

describe('an id', () => {
  const through = async (htids: readonly string[]) => {
    await change(state.db, htids)
    const enqueued = await enqueue(state.db, htids)
    const held = await claimBucket(state.db, token, { batch: 1_000 })
    expect((await settleAll(state.db, held)).size).toBe(enqueued)
    return held.items.map(({ htid }) => htid)
  }
  const odd = [`'`, `"`, '%', '_', '\\', ':', '/', '?', '$1', '{}', '[!-~]', `x.';--`, 'x.%', 'x.y', 'x\\', "x\\'", '`']
  const longest = `${`'"%\\:/?_`.repeat(31)}1234567`

  test('of 1 to 255 bytes with every mark there is goes its way unchanged, and stands for no other', async () => {
    expect(longest).toHaveLength(255)
    const all = [...odd, longest]
    expect((await through(all)).toSorted()).toEqual(all.toSorted())
    for (const htid of all) {
      const [row] = await state.db.query<{ htid: string }>(
        `SELECT htid FROM slip_indexed WHERE htid = '${quoted(htid)}'`,
      )
      expect(row).toEqual({ htid })
    }
    const requested = await state.db.transaction((tx) =>
      requestItems(tx, 'main', ['x.%', '%'], { lane: 'ops', reason: 'test' }),
    )
    expect(requested.toSorted()).toEqual(['%', 'x.%'])
    await state.db.query('DELETE FROM slip_queue')
  })

  test('of any printable bytes comes back as it went in', async () => {
    const id = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    })
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(id, { minLength: 1, maxLength: 20 }), async (ids) => {
        // new ones each time, as long as they fit
        const htids = ids.map((text) => `${++round}${text}`.slice(0, 255))
        expect((await through(htids)).toSorted()).toEqual(htids.toSorted())
      }),
      { numRuns: 25 },
    )
  })

  test('that differs from another only in case is another item, and order is that of bytes in every table', async () => {
    const bytes = ['c.~', 'c.a', 'c.Z', 'c._', 'c.B', 'c.b', 'c.A', 'c.!', 'C.a', 'c.1', 'c.-']
    await through(bytes)
    await state.db.transaction((tx) => requestItems(tx, 'main', bytes, { lane: 'ops', reason: 'test' }))
    for (const table of ['slip_rights', 'slip_indexed', 'slip_queue']) {
      const rows = await state.db.query<{ htid: string }>(
        `SELECT htid FROM ${table} WHERE htid LIKE 'c._' OR htid LIKE 'C._' ORDER BY htid`,
      )
      expect([table, rows.map(({ htid }) => htid)]).toEqual([table, bytes.toSorted()])
    }
    const held = await claimBucket(state.db, token, { lane: 2, shard: 1, batch: 100 })
    expect(held.items.map(({ htid }) => htid)).toEqual(bytes.toSorted())
    await settleAll(state.db, held)
  })

  test.each(['mdp.é', 'mdp.日本', 'mdp.\u00a0', 'mdp.a b', 'mdp.\t', ''])(
    'outside printable ASCII, %j, is refused with the rule',
    (text) => {
      expect(itemIdProblem(text)).toContain('1 to 255 printable ASCII characters without blanks')
      expect(() => parseItemId(text)).toThrow(expect.objectContaining({ code: 'ITEM_ID_INVALID' }))
    },
  )

  test.each(['mdp.é', 'mdp.日本', 'mdp.a b', 'mdp.a\n', '', 'x'.repeat(256)])(
    'CHECK and type refuse %j in a row',
    async (htid) => {
      await expect(change(state.db, [htid])).rejects.toThrow()
    },
  )

  test('named twice in one batch is one item and one request', async () => {
    await change(state.db, ['d.1', 'd.1', 'd.2'])
    expect(await enqueue(state.db, ['d.1', 'd.2', 'd.1'])).toBe(2)
    await state.db.transaction((tx) => requestItems(tx, 'main', ['d.1', 'd.1'], { lane: 'ops', reason: 'test' }))
    expect(await queueRow(state.db, 'd.1')).toMatchObject({ rev: 1, gen: 2 })
    const daily = await claimBucket(state.db, token, { batch: 10 })
    expect([...(await settleAll(state.db, daily))].toSorted()).toEqual(['d.1', 'd.2'])
    expect(await ledgerRow(state.db, 'd.1')).toMatchObject({ indexed_ct: 1 })
  })
})

describe('keys', () => {
  test('ids that differ only in case are two items; blanks and non-ASCII are refused', async () => {
    await change(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])
    expect(await enqueue(state.db, ['k.Aa', 'k.aA', `k.q'"%_\\:/`, `k.${'x'.repeat(253)}`])).toBe(4)
    await expect(change(state.db, ['k. '])).rejects.toThrow(/slip_rights_htid_check/)
    // MariaDB does not even compare it with an id
    await expect(change(state.db, ['k.ä'])).rejects.toThrow(/slip_rights_htid_check|ascii_bin/)
  })

  test('a hand-edited claim without a token is refused by the database', async () => {
    await expect(state.db.query(`UPDATE slip_queue SET state = 1 WHERE htid = 'k.Aa'`)).rejects.toThrow(
      /slip_queue_claim/,
    )
  })
})
