import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Breakers } from '../../src/daemon/breakers.ts'
import { LeaseKeeper } from '../../src/daemon/lease.ts'
import { Pauses } from '../../src/daemon/pause-gate.ts'
import { configuredTargets } from '../../src/daemon/targets.ts'
import { EventBus } from '../../src/events/bus.ts'
import { AskedSources } from '../../src/indexer/asked-sources.ts'
import type { Line } from '../../src/indexer/line.ts'
import { Mount } from '../../src/indexer/mount.ts'
import { openLines } from '../../src/indexer/open-lines.ts'
import { allWork } from '../../src/indexer/own-work.ts'
import { Pipeline } from '../../src/indexer/pipeline.ts'
import { openPairtree } from '../../src/repository/pairtree.ts'
import type { Engine } from '../../src/shards/engine.ts'
import { registerWorker } from '../../src/state/control/worker.ts'
import type { Library } from './library.ts'

export interface OpenedLines {
  /** How often each item was opened in the repository. */
  readonly opens: ReadonlyMap<string, number>
  /** What was told. */
  readonly told: { readonly name: string; readonly fields: Record<string, unknown> }[]
  readonly pipeline: Pipeline
  /** Serves one target after the other until none has anything to do, each time when all else has come to its end. */
  run(): Promise<void>
  /** Serves a target once, without waiting for what is under way. */
  serve(target: string): Promise<unknown>
  close(): Promise<void>
}

/** The targets of a library as slip-index works for them, in this process, with other engines where they are given. */
export async function linesOf(
  library: Library,
  engines: Readonly<Record<string, Engine>> = {},
  once = false,
): Promise<OpenedLines> {
  const { config, state, folder } = library
  const bus = new EventBus()
  const told: OpenedLines['told'] = []
  bus.subscribe((name, fields) => told.push({ name, fields: fields as never }))
  const opens = new Map<string, number>()
  const root = join(folder, 'pairtree')
  const pairtree = openPairtree({ root })
  const repository = {
    ...pairtree,
    open: (htid: string) => {
      opens.set(htid, (opens.get(htid) ?? 0) + 1)
      return pairtree.open(htid)
    },
  }
  const stop = new AbortController()
  const leases = new LeaseKeeper(state.db, bus)
  const breakers = new Breakers(state.db, bus, config.breaker, once)
  const pipeline = new Pipeline()
  const identity = { stage: 'index', host: 'host-a', pid: process.pid, bootId: randomUUID(), codeVersion: '0.1.0' }
  const worker = await registerWorker(state.db, identity)
  const lines = await openLines(
    {
      ...{ config, state, bus, worker, stop: stop.signal, once, args: {}, own: allWork },
      ...{
        repository,
        leases,
        breakers,
        pipeline,
        mount: new Mount(repository, root, breakers),
        asked: new AskedSources(config, breakers),
      },
    },
    await configuredTargets(state.db, config),
    async (_, target) => ({ engine: engines[target] ?? (library.engines[target] as Engine), close: async () => {} }),
  )
  const serve = async (line: Line | undefined) => {
    await breakers.refresh()
    const others = lines.filter((other) => other !== line)
    return line?.serve(await Pauses.read(state.db), false, others)
  }
  return {
    opens,
    told,
    pipeline,
    run: async () => {
      for (let idle = 0, turn = 0; idle < lines.length; turn++) {
        idle = (await serve(lines[turn % lines.length])) === 'worked' ? 0 : idle + 1
        await pipeline.runDry()
        pipeline.check()
      }
    },
    serve: (target) => serve(lines.find((line) => line.target.name === target)),
    close: async () => {
      stop.abort()
      await pipeline.close()
      await leases.stop()
    },
  }
}
