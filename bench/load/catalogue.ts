import { rmSync } from 'node:fs'
import { recordFields } from '../../src/shards/fields.ts'
import { type CatalogueCore, catalogueCore } from '../../test/rights/catalogue-core.ts'
import { solrRecordOf } from '../../test/rights/pass.ts'
import { startInstance } from '../../test/services/solr/instance.ts'
import { run } from '../library/process.ts'
import { emptyBenchFolder } from '../library/server.ts'
import { catalogueRecord } from '../library/volumes.ts'
import { withServers } from '../queue/servers.ts'
import { type BenchState, withState } from '../queue/state.ts'
import { type Measurement, ratioAtLeast } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { writeConfig } from './config.ts'
import type { ReaderOrder } from './reader-process.ts'

const records = 50_000
const itemsOfRecord = 3
/** As slip-rights asks. */
const rowsOfPage = 200

/**
 * The Solr of a catalogue read whole, into empty tables and once more, against a loop that asks for the same pages and
 * parses them.
 */
export async function measureCatalogue(): Promise<{ measurements: Measurement[]; solr: string }> {
  const solr = await startInstance({ longRun: true }, (line) => console.error(line))
  const folder = await emptyBenchFolder('load')
  try {
    const core = await catalogueCore({ url: solr.url, prefix: 'bench', drop: async () => {} })
    await fill(core)
    return { measurements: await measure(folder, core), solr: solr.product }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await solr.close()
  }
}

function measure(folder: string, { url }: CatalogueCore): Promise<Measurement[]> {
  const order: ReaderOrder = { url, fields: ['id', 'ht_id', 'deleted', ...recordFields], rows: rowsOfPage }
  const readInto = async ({ db, url: database }: BenchState) => {
    const configFile = writeConfig(folder, database, { catalogue: { kind: 'vufind-solr', url } })
    const ms = await timed(() => run('bin/slip-rights.cjs', '--config', configFile, '--once', '--full'))
    const [row] = await db.query<{ count: unknown }>('SELECT count(*) AS count FROM slip_rights')
    if (Number(row?.count) !== records * itemsOfRecord) throw new Error(`${row?.count} items are there`)
    return (records / ms) * 1_000
  }
  const parse = async () => {
    let output = ''
    const ms = await timed(async () => {
      output = (await run('bench/load/reader-process.ts', JSON.stringify(order))).output
    })
    if (Number(output) !== records) throw new Error(`${output} records were read`)
    return (records / ms) * 1_000
  }
  return withServers((servers) =>
    withState(servers, 'postgres', async (known) => {
      const sides = {
        again: () => readInto(known),
        first: () => withState(servers, 'postgres', readInto),
        parse,
      }
      const runs = await inTurns(sides, { warmUps: 1, runs: 5 })
      const measurementOf = (ours: 'again' | 'first', words: string): Measurement => ({
        name: `catalogue of ${records} records and ${records * itemsOfRecord} items read ${words}, PostgreSQL`,
        unit: 'records/s',
        against: 'the same pages of the same Solr read and parsed',
        runs: { ours: runs[ours], against: runs.parse },
        goal: ratioAtLeast(0.5),
      })
      return [measurementOf('again', 'whole once more, nothing changed'), measurementOf('first', 'for the first time')]
    }),
  )
}

async function fill(core: CatalogueCore): Promise<void> {
  const size = 5_000
  for (let from = 0; from < records; from += size)
    await core.add(...Array.from({ length: size }, (_, at) => recordOf(from + at)))
}

function recordOf(n: number): object {
  const id = String(n).padStart(9, '0')
  const items = Array.from({ length: itemsOfRecord }, (_, at) => `mdp.${id}${at}`)
  return { ...catalogueRecord('', id), ...solrRecordOf(id, items, `A title of the record ${n}`) }
}
