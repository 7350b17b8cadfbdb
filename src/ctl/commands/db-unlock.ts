import { unlockMigration } from '../../state/migrate-lock.ts'
import type { Session } from '../command.ts'
import { withAnySchema } from '../open.ts'
import { print } from '../print.ts'

export async function run(args: Session): Promise<number> {
  return withAnySchema(args, async ({ db }) => {
    const freed = await unlockMigration(db.knex, db.dialect)
    print(args, { freed }, () => (freed ? 'freed: slipctl db migrate goes on where it was broken off' : 'not locked'))
    return 0
  })
}
