import { carryOver } from '../../src/rights/carry-over.ts'
import { openCatalogues } from '../../src/rights/catalogues.ts'
import { loadCatalogue } from '../../src/rights/load-catalogue.ts'
import type { Tally } from '../../src/rights/tally.ts'
import { feedName } from '../../src/rights/watermark-names.ts'
import { readWatermark, writeWatermark } from '../../src/state/control/watermark.ts'
import { HttpProxy } from '../chaos/http-proxy.ts'
import { type Library, openLibrary } from '../daemon/library.ts'
import type { TestSolr } from '../services/solr/own-things.ts'
import { type CatalogueCore, catalogueCore, type Made } from './catalogue-core.ts'
import { passOver } from './pass.ts'

/** A library whose catalogue is a core of its own on a real Solr, behind a proxy. */
export interface CatalogueWorld {
  readonly core: CatalogueCore
  readonly proxy: HttpProxy
  readonly library: Library
  /** One pass of slip-rights over the catalogue, as of a process of its own; what it counted. */
  read(how?: { all?: boolean; stop?: AbortSignal }): Promise<Tally['counts']>
  watermark(): Promise<string | null>
  setWatermark(value: string): Promise<void>
  /** What stands in slip_errors, without the URL. */
  errors(): Promise<string[]>
  /** Revision, record and date of each item. */
  rights(): Promise<Map<string, { rev: number; record: string; withdrawn: boolean }>>
  /** The cursors that Solr was asked for. */
  cursors(): string[]
  close(): Promise<void>
}

export async function catalogueWorld(solr: TestSolr, made: Made = 'well'): Promise<CatalogueWorld> {
  const core = await catalogueCore(solr, made)
  const proxy = await HttpProxy.before(core.url)
  const library = await openLibrary({
    config: { sources: { catalogue: { kind: 'vufind-solr', url: proxy.url, timeout: '5s' } } },
  })
  const { db } = library.state
  return {
    ...{ core, proxy, library },
    read: async ({ all = false, stop = new AbortController().signal } = {}) => {
      const pass = { ...passOver(library, {}, stop), catalogues: openCatalogues(library.config, all) }
      const catalogue = pass.catalogues.get('catalogue')
      if (catalogue === undefined) throw new Error('no catalogue')
      try {
        await loadCatalogue(pass, 'catalogue', catalogue)
        await carryOver(pass)
      } finally {
        await catalogue.solr.close()
      }
      return pass.tally.counts
    },
    watermark: () => readWatermark(db, 'rights', feedName('catalogue')),
    setWatermark: (value) => db.transaction((tx) => writeWatermark(tx, 'rights', feedName('catalogue'), value)),
    errors: async () => {
      const sql = 'SELECT message FROM slip_errors WHERE resolved_at IS NULL ORDER BY id'
      return (await db.query<{ message: string }>(sql)).map(({ message }) => message.replaceAll(proxy.url, ''))
    },
    rights: async () => {
      const rows = await db.query<{ htid: string; rev: number; record: string; withdrawn: unknown }>(
        'SELECT htid, rev, record_id AS record, withdrawn_at IS NOT NULL AS withdrawn FROM slip_rights',
      )
      return new Map(
        rows.map(({ htid, rev, record, withdrawn }) => [htid, { rev, record, withdrawn: Boolean(withdrawn) }]),
      )
    },
    cursors: () => proxy.asked.map(({ body }) => new URLSearchParams(body.toString()).get('cursorMark') ?? ''),
    close: async () => {
      await library.close()
      await proxy.close()
    },
  }
}

/** Whether a page behind the first is asked for. */
export const isLaterPage = ({ body }: { readonly body: Buffer }): boolean =>
  body.includes('cursorMark=') && !body.includes('cursorMark=*')
