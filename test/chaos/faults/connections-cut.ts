import type { Connection } from '../../../src/state/connection.ts'
import { databaseName } from '../world.ts'
import { always, type Fault } from './fault.ts'

/** Every connection to the state database is ended by the server: pg_terminate_backend, KILL. */
export const connectionsCut: Fault = {
  kind: 'connections-cut',
  takes: ['database'],
  lasts: [0, 0],
  applies: always,
  strike: async ({ state }) => {
    const cut = await cutAll(state.db)
    return { what: `${cut} connections`, heal: async () => true }
  },
}

const others = {
  postgres: `SELECT pid AS id FROM pg_stat_activity WHERE datname = '${databaseName}' AND pid <> pg_backend_pid()`,
  mysql: `SELECT id FROM information_schema.processlist WHERE db = '${databaseName}' AND id <> connection_id()`,
}
const end = {
  postgres: (id: number) => `SELECT pg_terminate_backend(${id})`,
  mysql: (id: number) => `KILL ${id}`,
}

async function cutAll(db: Connection): Promise<number> {
  const connections = await db.query<{ id: number }>(others[db.dialect])
  // one that has ended meanwhile is no error
  for (const { id } of connections) await db.query(end[db.dialect](id)).catch(() => undefined)
  return connections.length
}
