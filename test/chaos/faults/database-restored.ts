import { execFileSync } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { exitCodes } from '../../../src/daemon/exit-codes.ts'
import { runSlipctl } from '../requests.ts'
import { target, type World } from '../world.ts'
import { always, type Fault } from './fault.ts'

/**
 * The state database is set back by some seconds of work, from a cold copy. As docs tell an operator, the index is
 * adopted, and what people asked for meanwhile is asked for again.
 */
export const databaseRestored: Fault = {
  kind: 'database-restored',
  takes: ['database'],
  lasts: [4_000, 8_000],
  applies: always,
  strike: async (world) => {
    const { server, requests, journal } = world
    const copy = `${server.data}.copy`
    const takenAt = performance.now()
    await server.stop()
    execFileSync('cp', ['--archive', server.data, copy])
    await server.start()
    const heal = async () => {
      await server.stop()
      journal.restores++
      rmSync(server.data, { recursive: true })
      renameSync(copy, server.data)
      await server.start()
      await adoptIndex(world)
      requests.repeatSince(takenAt)
      return true
    }
    return { what: 'a copy is taken', heal }
  },
}

const tries = 20

/** Until nothing is left to adopt. Documents without rights are no obstacle: slip-rights reads its files again. */
async function adoptIndex({ configFile, journal }: World): Promise<void> {
  for (let tried = 1; ; tried++) {
    const { code, output } = await runSlipctl(configFile, ['index', 'adopt', target])
    if (code === exitCodes.done || code === exitCodes.someRejected) return
    const mayPass = code === exitCodes.stopped || code === exitCodes.serverAway
    if (!mayPass || tried === tries) {
      journal.defect(`slipctl index adopt ended with exit code ${code}: ${output}`)
      return
    }
    await pause(500)
  }
}
