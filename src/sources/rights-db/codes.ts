import type { ForeignDatabase } from '../foreign/connect.ts'
import { attributeOf, isAttribute } from '../rights-codes.ts'
import type { RightsDbNames, Statements } from './statements.ts'

/** Numbers of one of the small tables, as text, and what they are called. */
export type Names = ReadonlyMap<string, string>
export type Codes = Readonly<Record<keyof RightsDbNames['codes'], Names>>

/** Reads the small tables whole: some hundred rows, which the reading of the large one need not join. */
export async function readCodes(db: ForeignDatabase, statements: Statements, tables: RightsDbNames['codes']) {
  const read = async (table: string): Promise<Names> => {
    if (table === 'none') return new Map()
    const rows = await db.query<{ id: unknown; name: unknown }>(statements.codes(table))
    return new Map(rows.map(({ id, name }) => [String(id), String(name)]))
  }
  const codes: Codes = {
    attributes: await read(tables.attributes),
    reasons: await read(tables.reasons),
    sources: await read(tables.sources),
    accessProfiles: await read(tables.accessProfiles),
  }
  return codes
}

/** The number of an attribute, of its number or its name; null for what neither the database nor SLIP knows. */
export function attributeIn(attributes: Names, value: unknown): number | null {
  const text = String(value)
  if (/^\d{1,4}$/.test(text)) return attributes.has(text) || isAttribute(Number(text)) ? Number(text) : null
  const named = [...attributes].find(([, name]) => name === text)?.[0]
  return named === undefined ? attributeOf(text) : Number(named)
}

/** What a number is called. One without a name stays a number: a new code must not hold up the attribute beside it. */
export function nameIn(names: Names, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  return names.get(String(value)) ?? String(value)
}
