import type { Database } from '../connection.ts'
import { carryAgain } from './upsert-records.ts'

const pageSize = 5_000

const statements = {
  postgres: 'SELECT record_id FROM slip_record WHERE record_id > $1 ORDER BY record_id LIMIT $2',
  mysql: 'SELECT record_id FROM slip_record WHERE record_id > ? ORDER BY record_id LIMIT ?',
}

/** Has what all records say of their items carried over once more, in short transactions. */
export async function carryAll(db: Database): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows: { record_id: string }[] = await db.query(statements[db.dialect], [after, pageSize])
    const ids = rows.map(({ record_id }) => record_id)
    await db.transaction((tx) => carryAgain(tx, ids))
    after = rows.length < pageSize ? undefined : ids.at(-1)
  }
}
