import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../src/config/load.ts'
import { EventBus } from '../../src/events/bus.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import type { Pass } from '../../src/rights/context.ts'
import { FollowedSources } from '../../src/rights/memberships.ts'
import { Tally } from '../../src/rights/tally.ts'
import type { Library } from '../daemon/library.ts'

/** A pass over a library inside the test's own process. */
export function passOver(library: Library, part: Partial<Config> = {}, stop = new AbortController().signal): Pass {
  return {
    config: { ...library.config, ...part },
    db: library.state.db,
    bus: new EventBus(),
    repository: openPairtree({ root: join(library.folder, 'pairtree') }),
    stop,
    tally: new Tally(),
    listed: new Map(),
    catalogues: new Map(),
    memberships: new FollowedSources({ ...library.config, ...part }, { all: false, once: true }),
    askAt: new Map(),
    settings: { areHeeded: false },
    afresh: new Set(),
    atOnce: true,
  }
}

/** A catalogue record that names items. `title` is content that reaches a document. */
export const recordOf = (id: string, items: readonly string[], title = 'A title', date = '20260101') => ({
  id,
  title: [title],
  ht_id: items,
  ht_id_display: items.map((item) => `${item}|${date}||1900|1900-1909|||${title}`),
  ht_json: JSON.stringify(items.map((htid) => ({ htid, ingest: date, rights: ['pd', null] }))),
})

export function writeRecords(library: Library, name: string, records: readonly unknown[]): void {
  writeFileSync(
    join(library.folder, 'catalogue', name),
    records.map((record) => `${JSON.stringify(record)}\n`).join(''),
  )
}

/** The same as a document of the catalogue's Solr, with what it is found by. */
export const solrRecordOf = (id: string, items: readonly string[], title = 'A title', date = '20260101') => ({
  ...recordOf(id, items, title, date),
  ht_id_update: [Number(date)],
  deleted: false,
})

/** An item in the pairtree, as far as `repository.has` looks. */
export function plantVolume(library: Library, namespace: string, object: string): void {
  const pairs = object.match(/.{1,2}/g) ?? []
  const folder = join(library.folder, 'pairtree', namespace, 'pairtree_root', ...pairs, object)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${object}.mets.xml`), '')
}

/** The rights row of an item. */
export async function rightsOf({ state }: Library, htid: string): Promise<Record<string, unknown> | undefined> {
  const place = state.db.dialect === 'postgres' ? '$1' : '?'
  const [row] = await state.db.query(
    `SELECT attr, record_id, update_date, rev, withdrawn_at IS NOT NULL AS withdrawn FROM slip_rights WHERE htid = ${place}`,
    [htid],
  )
  return row && { ...row, withdrawn: Boolean(row.withdrawn) }
}
