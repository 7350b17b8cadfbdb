import { afterEach, beforeEach, expect, test } from 'vitest'
import { analyze, change, claimBucket, enqueue, openState, type State, settleAll, worker } from './fixture.ts'

// A server that has last looked at the queue when it was empty, or when nearly all of it was deleted and a backup with an
// old snapshot kept that from being cleared away, takes the table for empty, and may scan it to find a few rows.

let state: State
beforeEach(async () => {
  state = await openState()
})
afterEach(() => state.close())

test.each(['is empty', 'was deleted but for its last rows behind an old snapshot'])(
  'what is settled waits for no row of another claim, also in a queue that, as the server sees it, %s',
  async (name) => {
    const { db } = state
    const token = await worker(db)
    const reader = await state.another()
    const seenFrom = { postgres: 'REPEATABLE READ', mysql: 'REPEATABLE READ' }[db.dialect]
    await reader.transaction(async (old) => {
      if (db.dialect === 'mysql') await old.change('COMMIT')
      await old.change(`SET ${db.dialect === 'mysql' ? 'SESSION ' : ''}TRANSACTION ISOLATION LEVEL ${seenFrom}`)
      if (db.dialect === 'mysql') await old.change('START TRANSACTION WITH CONSISTENT SNAPSHOT')
      await old.query('SELECT count(*) FROM slip_target')
      const last = Array.from({ length: 12 }, (_, at) => `z.${10 + at}`)
      if (name === 'is empty') await analyze(db)
      else await fill()
      await change(db, last)
      await enqueue(db, last)
      // it looks at some pages of many, and hardly at the last
      if (name !== 'is empty') await deleteAndAnalyze()
      const held = [await some(token), await some(token), await some(token)] as const
      const other = await state.another()
      await other.transaction(async (tx) => {
        const others = [...held[0].items, ...held[2].items].map(({ htid }) => `'${htid}'`)
        await tx.query(`SELECT 1 FROM slip_queue WHERE target = 'main' AND htid IN (${others}) FOR UPDATE`)
        expect((await settleAll(db, held[1])).size).toBe(4)
      })
    })
  },
)

const some = (token: string) => claimBucket(state.db, token, { batch: 4 })

async function fill(): Promise<void> {
  const htids = Array.from({ length: 20_000 }, (_, at) => `a.${at}`)
  await change(state.db, htids)
  await enqueue(state.db, htids)
}

async function deleteAndAnalyze(): Promise<void> {
  await state.db.change(`DELETE FROM slip_queue WHERE htid < 'z'`)
  await analyze(state.db)
}
