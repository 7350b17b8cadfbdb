import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Database, Dialect } from '../../src/state/connection.ts'
import { run } from '../library/process.ts'
import { emptyBenchFolder } from '../library/server.ts'
import type { Servers } from '../queue/servers.ts'
import { serverNames, withState } from '../queue/state.ts'
import { type Measurement, ratioAtLeast } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'
import { writeConfig } from './config.ts'

const rows = 1_000_000
const sources = { rights: { kind: 'hathifiles', files: ['hathi_full_*.txt.gz'] } }

/** A full hathifile through slip-rights into an empty slip_rights, against the server's own loader of the rows that come of it. */
export async function measureHathifile(servers: Servers): Promise<Measurement[]> {
  const folder = await emptyBenchFolder('load')
  try {
    await writeHathifile(join(folder, 'hathi_full_20261101.txt.gz'))
    const measured: Measurement[] = []
    for (const dialect of ['postgres', 'mysql'] as const) measured.push(await measureOn(servers, folder, dialect))
    return measured
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureOn(servers: Servers, folder: string, dialect: Dialect): Promise<Measurement> {
  let bulk: Bulk | undefined
  const ours = () =>
    withState(servers, dialect, async ({ db, url }) => {
      const configFile = writeConfig(folder, url, sources)
      const ms = await timed(() => run('bin/slip-rights.cjs', '--config', configFile, '--once'))
      await assertLoaded(db)
      bulk ??= await bulkOf(db)
      return (rows / ms) * 1_000
    })
  const against = () =>
    withState(servers, dialect, async ({ db }) => {
      const ms = await timed(() => db.change((bulk as Bulk).load))
      await assertLoaded(db)
      return (rows / ms) * 1_000
    })
  try {
    return {
      name: `hathifile of ${rows} rows loaded, ${serverNames[dialect]}`,
      unit: 'rows/s',
      against: dialect === 'postgres' ? 'COPY of the rows it makes' : 'LOAD DATA of the rows it makes',
      runs: await inTurns({ ours, against }, { warmUps: 0, runs: 5 }),
      goal: ratioAtLeast(0.3),
    }
  } finally {
    if (bulk !== undefined) rmSync(bulk.file, { force: true })
  }
}

/** The rows of slip_rights in a file of the server, and the statement that reads it. */
interface Bulk {
  readonly file: string
  readonly load: string
}

async function bulkOf(db: Database): Promise<Bulk> {
  const isPostgres = db.dialect === 'postgres'
  const [row] = await db.query<{ folder: string }>(
    isPostgres ? `SELECT current_setting('data_directory') AS folder` : 'SELECT @@datadir AS folder',
  )
  const file = join(row?.folder ?? '', `slip-bench-rights-${process.pid}`)
  await db.query(
    isPostgres
      ? `COPY (SELECT * FROM slip_rights ORDER BY htid) TO '${file}'`
      : `SELECT * FROM slip_rights ORDER BY htid INTO OUTFILE '${file}'`,
  )
  const load = isPostgres ? `COPY slip_rights FROM '${file}'` : `LOAD DATA INFILE '${file}' INTO TABLE slip_rights`
  return { file, load }
}

async function assertLoaded(db: Database): Promise<void> {
  const [row] = await db.query<{ count: unknown }>('SELECT count(*) AS count FROM slip_rights')
  if (Number(row?.count) !== rows) throw new Error(`${row?.count} of ${rows} rows are there`)
}

function writeHathifile(path: string): Promise<void> {
  return pipeline(Readable.from(chunks()), createGzip({ level: 1 }), createWriteStream(path))
}

function* chunks(): Generator<string> {
  const size = 10_000
  for (let from = 0; from < rows; from += size)
    yield Array.from({ length: size }, (_, at) => lineOf(from + at)).join('')
}

const rights = [
  ['deny', 'ic', 'bib'],
  ['allow', 'pd', 'bib'],
  ['allow', 'pdus', 'bib'],
  ['deny', 'und', 'nfi'],
] as const

/** Cells as long as those of real hathifiles, in the order of full ones: not that of the ids. */
function lineOf(n: number): string {
  const at = (n * 7_919) % rows
  const [access, code, reason] = rights[at % rights.length] as (typeof rights)[number]
  const number = String(at).padStart(10, '0')
  const cells = [
    ...[`mdp.${number}`, access, code, String(at >> 1).padStart(9, '0'), `v.${at % 40} (${1850 + (at % 150)})`],
    ...['MIU', `990${number}0106381`, String(at * 3), '', '', `sn ${at}`],
    ...['Annual report of the trustees of a library of the middle west, with an appendix.', 'Ann Arbor, 1901.'],
    ...[reason, '2021-03-05 13:25:09', '0', String(1850 + (at % 150)), 'miu', 'eng', 'BK', 'MIU'],
    ...['umich', 'umich', 'google', 'google', 'University of Michigan. Library.'],
  ]
  return `${cells.join('\t')}\n`
}
