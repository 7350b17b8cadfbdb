import pg from 'pg'
import { SlipError } from '../../errors/slip-error.ts'
import { type ServerOptions, schemaOf } from './server.ts'

/**
 * PostgreSQL keeps no snapshots itself: its own programs copy a database, and whoever has one here has them. Rejects with
 * SNAPSHOT_UNSUPPORTED and the commands.
 */
export async function refuseSnapshot({ url, target }: ServerOptions, name: string): Promise<never> {
  const { database } = new pg.Client({ connectionString: url })
  const file = `${target}-${name}.dump`
  const dump = `pg_dump --format=custom --schema=${schemaOf(target)} --file=${file} ${database}`
  const restore = `pg_restore --clean --if-exists --dbname=${database} ${file}`
  const message = `the index of ${target} is a schema of a PostgreSQL, which is kept with: ${dump}; and set back with: ${restore}`
  throw new SlipError('SNAPSHOT_UNSUPPORTED', message, { place: { target } })
}
