import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { compareChore } from '../../../src/daemon/chores/compare.ts'
import { markerChore } from '../../../src/daemon/chores/marker.ts'
import { EventBus } from '../../../src/events/bus.ts'
import { Holding } from '../../chaos/http-faults.ts'
import { HttpProxy, type Matches } from '../../chaos/http-proxy.ts'
import { slipctl } from '../../ctl/slipctl.ts'
import { askAgain } from '../../daemon/ask-again.ts'
import { type Library, openLibrary } from '../../daemon/library.ts'
import { endAll, runOnce, start } from '../../daemon/processes.ts'
import { doChore } from '../../state/do-chore.ts'
import { configThrough, contentOfBoth, untouched } from './daemons-at-work.ts'

/** A server of a test file alone. */
export interface OwnServer {
  readonly url: string
  readonly data: string
  kill(): Promise<void>
  restart(): Promise<void>
  close(): Promise<void>
}

export interface OwnServerUnderTest {
  /** Starts it; and what the configuration says of a target on it, but where it is. */
  open(): Promise<{ server: OwnServer; target: Readonly<Record<string, unknown>> }>
  /** How many requests slip-index has under way with it; without, the default. */
  readonly connections?: number
  readonly isWrite: Matches
}

/** What the rules work with. */
export interface OwnSubject {
  readonly server: OwnServer
  readonly library: Library
  /** In front of the server, for who has the configuration `through`. */
  readonly proxy: HttpProxy
  readonly through: string
}

const startMs = 240_000

/** What becomes of an index whose server dies, is set back, or is written to by the dead. */
export function ownServerRules(name: string, tested: OwnServerUnderTest, more?: (subject: OwnSubject) => void): void {
  describe(`slip-index on ${name} of its own`, () => {
    const subject = {} as { -readonly [Key in keyof OwnSubject]: OwnSubject[Key] }
    beforeAll(async () => {
      const { server, target } = await tested.open()
      subject.server = server
      subject.proxy = await HttpProxy.before(server.url)
      const connections = tested.connections === undefined ? {} : { connections: tested.connections }
      const main = { ...target, urls: [server.url], shards: 2, lease: '1m', overlap: '200s' }
      subject.library = await openLibrary({
        config: { targets: { main }, indexer: { attempts: 1, environmentBackoff: '10m', batch: 6, ...connections } },
      })
      subject.through = configThrough(subject.library, { main: subject.proxy.url })
      subject.library.lay('day-1')
      for (const stage of ['rights', 'enqueue', 'index'] as const)
        expect([stage, (await runOnce(stage, subject.library.configFile)).code]).toEqual([stage, 0])
    }, startMs)
    afterEach(async () => {
      await endAll()
      subject.proxy.heal()
    })
    afterAll(async () => {
      await subject.library?.close()
      await subject.proxy?.close()
      await subject.server?.close()
    })

    /** What is left of a run that went wrong is done. */
    async function finish() {
      const { library } = subject
      await library.closeBreakers()
      await library.passLease()
      expect((await runOnce('index', library.configFile)).code).toBe(0)
      expect(await library.violations()).toEqual([])
    }
    const yesterday = () => join(subject.library.folder, 'yesterday')
    const pair = () => ({
      db: subject.library.state.db,
      engine: subject.library.engine,
      target: { name: 'main', shards: 2 },
    })
    /** What is said with the first is known for sure with the second. */
    const markTwice = async () => {
      for (const _ of ['said', 'sure']) await doChore(subject.library.state.db, markerChore(pair(), new EventBus()))
    }

    test(
      'kill -9 of the server in the middle of a bulk loses nothing, leaves nothing old and burns no attempt',
      async () => {
        const { library, proxy, server, through } = subject
        await markTwice()
        await askAgain(library)
        let writes = 0
        const strike = proxy.strike(
          (asked) => tested.isWrite(asked) && ++writes === 2,
          async ({ pass, response }) => {
            const passing = pass().catch(() => undefined)
            await server.kill()
            await passing
            response.destroy()
          },
        )
        const { code } = await runOnce('index', through)
        expect([code, strike.count]).toEqual([7, 1])
        expect(await untouched(library)).toBe(true)
        cpSync(server.data, yesterday(), { recursive: true, preserveTimestamps: true })
        await server.restart()
        await finish()
      },
      startMs,
    )

    test(
      "yesterday's directory of the index put back is noticed, repaired, and equal to the ledger again",
      async () => {
        const { library, server } = subject
        await askAgain(library)
        await finish()
        await markTwice()
        await server.kill()
        rmSync(server.data, { recursive: true })
        cpSync(yesterday(), server.data, { recursive: true, preserveTimestamps: true })
        await server.restart()
        expect(await library.violations()).not.toEqual([])
        await doChore(library.state.db, compareChore(pair(), new EventBus()))
        expect(await library.state.db.query('SELECT DISTINCT state FROM slip_shard')).toEqual([{ state: 'behind' }])
        const repaired = await slipctl(['index', 'repair', 'main', '--config', library.configFile])
        expect(repaired).toMatchObject({ code: 0 })
        await finish()
        expect(await library.state.db.query('SELECT DISTINCT state FROM slip_shard')).toEqual([{ state: 'open' }])
      },
      startMs,
    )

    const later = `rev = rev + 1, insert_time = CURRENT_TIMESTAMP(6)`
    test.each([
      ['the same revision is written by a later claim', null],
      ['a later revision is written', `UPDATE slip_rights SET ${later}`],
      ['they are deleted', `UPDATE slip_rights SET withdrawn_at = CURRENT_TIMESTAMP(6), ${later}`],
    ])(
      'documents of a process that sleeps past its lease change nothing when they arrive after %s',
      async (_, change) => {
        const { library, proxy, through } = subject
        await askAgain(library)
        const holding = new Holding()
        const strike = proxy.strike(tested.isWrite, holding.meddling)
        const zombie = start('index', through)
        await strike.struck
        zombie.kill('SIGSTOP')
        if (change !== null) await library.state.db.query(change)
        if (change !== null) await runOnce('enqueue', library.configFile)
        await library.passLease()
        await finish()
        expect(await library.state.db.query('SELECT 1 FROM slip_queue')).toEqual([])
        const before = await contentOfBoth(library)
        await holding.release()
        expect(strike.count).toBeGreaterThan(0)
        expect(await contentOfBoth(library)).toEqual(before)
      },
      startMs,
    )

    more?.(subject)
  })
}
