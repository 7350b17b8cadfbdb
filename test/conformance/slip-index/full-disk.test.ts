import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { scanChore } from '../../../src/daemon/chores/scan.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { readWatermark } from '../../../src/state/control/watermark.ts'
import { HttpProxy, send } from '../../chaos/http-proxy.ts'
import { askAgain } from '../../daemon/ask-again.ts'
import type { Library } from '../../daemon/library.ts'
import { endAll, runOnce } from '../../daemon/processes.ts'
import { privateSolr, type SolrInstance } from '../../services/solr/instance.ts'
import { isSolrWrite } from '../../shards/solr/solr-engine.ts'
import { doChore } from '../../state/do-chore.ts'
import { document } from '../engine/documents.ts'
import { configThrough, untouched } from './daemons-at-work.ts'
import { libraryOnSolr } from './library-on-solr.ts'

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('a full disk of Solr (as root: a small disk is mounted)', () => {
  const disk = mkdtempSync(join(tmpdir(), 'slip-full-disk-'))
  const filler = join(disk, 'filler')
  let solr: SolrInstance
  let library: Library
  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=60m,mode=755', 'tmpfs', disk])
    solr = await onDisk(disk, () => privateSolr({ heapMb: 256 }))
    library = await libraryOnSolr(solr)
  }, 240_000)
  afterEach(endAll)
  afterAll(async () => {
    await library?.close()
    await solr?.close()
    execFileSync('umount', ['--lazy', disk])
    rmSync(disk, { recursive: true })
  })

  test('puts no item in error and burns nothing: there is space, Solr is started again, all that waited is done, and what was lost is found', async () => {
    await askAgain(library)
    const proxy = await HttpProxy.before(solr.url)
    onTestFinished(() => proxy.close())
    // when it was seen that the index can be written
    const strike = proxy.strike(isSolrWrite, async ({ pass, response }) => {
      fill(filler)
      send(response, await pass())
    })
    const { code, events } = await runOnce('index', configThrough(library, { main: proxy.url }))
    expect([code, strike.count > 0]).toEqual([7, true])
    const failed = events.filter((each) => each.event === 'index.item-failed' && each.code === 'ENGINE_UNAVAILABLE')
    expect(failed.map(({ message }) => message)).toContainEqual(expect.stringMatching(/No space left on device/))
    expect(await untouched(library)).toBe(true)
    expect(await library.state.db.query('SELECT 1 FROM slip_queue LIMIT 1')).toHaveLength(1)
    rmSync(filler)
    await solr.kill()
    await solr.restart()
    await library.closeBreakers()
    await library.passLease()
    expect((await runOnce('index', library.configFile)).code).toBe(0)
    expect(await library.state.db.query('SELECT 1 FROM slip_queue')).toEqual([])
    expect(await untouched(library)).toBe(true)
    // what Solr took on one connection while it failed on another may be gone, and is found so: docs/development.md
    await scanWhole(library)
    for (const stage of ['enqueue', 'index'] as const)
      expect([stage, (await runOnce(stage, library.configFile)).code]).toEqual([stage, 0])
    expect(await library.violations()).toEqual([])
  }, 120_000)

  test('what is reported done when there is a little space again is there after kill -9', async () => {
    const { engine } = library
    fill(filler)
    const large = document({ id: 'full.large', fence: 10, pages: ['words of a large page '.repeat(40_000)] })
    expect(await engine.post(1, [large])).toMatchObject([{ kind: 'unavailable' }])
    truncateSync(filler, statSync(filler).size - (4 << 20))
    const small = Array.from({ length: 8 }, (_, at) => document({ id: `full.${at}`, fence: 10 }))
    const outcomes = await engine.post(1, small)
    const done = small.filter((_, at) => outcomes[at]?.kind === 'done').map(({ id }) => id)
    await solr.kill()
    rmSync(filler)
    await solr.restart()
    expect((await engine.get(1, done)).map(({ id }) => id).sort()).toEqual(done)
    expect(done.length).toBeGreaterThan(0)
  }, 120_000)
})

/** A whole round of the rolling scan. */
async function scanWhole({ state: { db }, engine }: Library): Promise<void> {
  const pair = { db, engine, target: { name: 'main', shards: 2 } }
  const chore = scanChore(pair, { period: 60_000 }, new EventBus())
  do {
    await doChore(db, chore)
  } while ((await readWatermark(db, 'scan', 'main')) !== '')
}

/** What is started meanwhile has its run folder there. */
async function onDisk<T>(disk: string, start: () => Promise<T>): Promise<T> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = disk
  try {
    return await start()
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

/** Until not a page is left: what is there of the filler stays, for to write it anew would empty it first. */
function fill(filler: string): void {
  const block = Buffer.alloc(1 << 20)
  try {
    for (;;) appendFileSync(filler, block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}
