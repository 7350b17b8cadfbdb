import type { Connection } from '../../src/state/connection.ts'

/** Everything about the schema of a database as text, and the rows it is born with: to compare two of them. */
export async function schemaText(db: Connection): Promise<string[]> {
  const lines = await describe[db.dialect](db)
  for (const table of ['slip_schema', 'slip_lane', 'slip_state']) {
    for (const row of await db.query(`SELECT * FROM ${table} ORDER BY 1`))
      lines.push(`${table}: ${JSON.stringify(row)}`)
  }
  const steps = await db.query<{ name: string }>('SELECT name FROM slip_migration ORDER BY id')
  return [...lines, ...steps.map(({ name }) => name)]
}

const describe = {
  postgres: async (db: Connection) => {
    const rows = await db.query<{ line: string }>(`
      SELECT format('%s.%s %s %s %s', table_name, column_name, coalesce(domain_name, udt_name),
                    is_nullable, coalesce(column_default, generation_expression)) AS line
      FROM information_schema.columns WHERE table_schema = 'public'
      UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid::regclass::text LIKE 'slip%'
      UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
      UNION ALL SELECT relname || ' ' || relkind::text || coalesce(reloptions::text, '') FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
      UNION ALL SELECT viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
      ORDER BY 1`)
    return rows.map(({ line }) => line)
  },
  mysql: async (db: Connection) => {
    const tables = await db.query<{ name: string; own: string }>(
      `SELECT table_name AS name, table_schema AS own FROM information_schema.tables
       WHERE table_schema = database() ORDER BY 1`,
    )
    const lines: string[] = []
    for (const { name, own } of tables) {
      const [row] = await db.query<Record<string, string>>(`SHOW CREATE TABLE ${name}`)
      const text = Object.values(row ?? {}).find((value) => value.startsWith('CREATE')) ?? ''
      lines.push(text.replaceAll(own, 'own').replace(/ AUTO_INCREMENT=\d+/, ''))
    }
    return lines
  },
}
