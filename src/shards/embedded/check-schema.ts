import type pg from 'pg'
import { SlipError } from '../../errors/slip-error.ts'
import { compareThings, type LiveSchema, type Values } from '../schema/difference.ts'
import { ask, schemaOf } from './server.ts'
import { indexes, tables } from './tables.ts'

const partitions = `
  SELECT c.relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
  WHERE inhparent IN (to_regclass('document'), to_regclass('page')) AND c.relname LIKE '%\\_' || $1::text`

// a collation is told only where it is not that of the database
const columns = `
  SELECT c.relname AS table, a.attname AS column,
         format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE "' || l.collname || '"', '')
           || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END AS type
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_collation l
       ON l.oid = a.attcollation AND l.collname <> 'default'
  WHERE c.oid IN (to_regclass('document'), to_regclass('page')) AND a.attnum > 0 AND NOT a.attisdropped`

const present = `
  SELECT relname AS name FROM pg_index i JOIN pg_class c ON c.oid = indexrelid
  WHERE indrelid IN (to_regclass('document'), to_regclass('page')) AND indisvalid`

const known = new Set(Object.values(tables).flatMap((table) => Object.keys(table.columns)))

/** See Engine.checkSchema. Analysis is SLIP's own, so that there is nothing to try. */
export async function checkSchema(pool: pg.Pool, target: string, shard: number): Promise<LiveSchema> {
  const place = `schema ${schemaOf(target)}, shard ${shard}`
  const parts = await ask<{ name: string }>(pool, target, { text: partitions, values: [shard] })
  if (parts.length < 2) {
    const message = `${place}: there is none; slipctl targets apply makes it`
    throw new SlipError('ENGINE_UNAVAILABLE', message, { place: { target, shard } })
  }
  const rows = await ask<{ table: string; column: string; type: string }>(pool, target, { text: columns })
  const live = new Map<string, Values>()
  for (const { table, column, type } of rows) live.set(table, { ...live.get(table), [column]: type })
  const made = await ask<{ name: string }>(pool, target, { text: present })
  const wanted = new Map(Object.entries(tables).map(([name, { columns }]) => [name, columns]))
  const differences = [
    ...compareThings('table', live, wanted, {
      missing: 'rebuild',
      more: () => 'nothing',
      value: (column) => (known.has(column) ? 'rebuild' : 'nothing'),
    }),
    ...missingIndexes(new Set(made.map(({ name }) => name))),
  ]
  return { place, differences }
}

const missingIndexes = (made: ReadonlySet<string>) =>
  Object.entries(indexes)
    .filter(([name]) => !made.has(name))
    .map(([name, on]) => ({ what: `index ${name}`, is: null, shouldBe: `on ${on}`, needs: 'reload' as const }))
