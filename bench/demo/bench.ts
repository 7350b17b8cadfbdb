import { join } from 'node:path'
import { acquireServer } from '../../src/embedded-postgres/server.ts'
import type { IndexDocument } from '../../src/shards/engine.ts'
import { openEngine } from '../../src/shards/open-engine.ts'
import { newLibrary, shards } from '../library/library.ts'
import { run } from '../library/process.ts'
import { emptyBenchFolder, withServer } from '../library/server.ts'
import { firstDay, readyMade, sampleLibrary } from '../library/volumes.ts'
import { type Bench, type Goal, type Measurement, ratioAtLeast } from '../runner/bench.ts'
import { inTurns, timed } from '../runner/runs.ts'

export const bench: Bench = {
  description: 'The sample library through the whole system, against a plain loop that posts the same documents.',
  measure: async (_scale, _parts, tell) => {
    const documents = await readyMade(firstDay)
    tell([await measureStages(documents)])
    tell([await measureDemo(documents)])
  },
}

/** The three stages one after the other, each a process, from catalogue files to an index at rest. */
function measureStages(documents: readonly IndexDocument[]): Promise<Measurement> {
  return withServer(async (folder, server) => {
    let loops = 0
    const ours = async () => {
      const library = await newLibrary(folder, server, {
        repository: firstDay,
        sources: {
          catalogue: { kind: 'records', files: [join(sampleLibrary, 'day-1/catalogue/*.ndjson')] },
          rights: { kind: 'hathifiles', files: [join(sampleLibrary, 'day-1/rights/*.txt')] },
        },
      })
      try {
        const ms = await timed(async () => {
          for (const stage of ['rights', 'enqueue', 'index']) {
            await run(`bin/slip-${stage}.cjs`, '--config', library.configFile, '--once')
          }
        })
        const { items, indexed, deleted, errors } = await library.progress()
        if (indexed + deleted + errors !== items) throw new Error(`${items} items are not at rest`)
        return items / (ms / 1000)
      } finally {
        await library.close()
      }
    }
    const against = async () => {
      const ms = await timed(() => postAll(server.url(`loop_${++loops}`), documents))
      return documents.length / (ms / 1000)
    }
    return {
      name: 'rights to index at rest, sample library',
      unit: 'volumes/s',
      against: 'plain loop',
      runs: await inTurns({ ours, against }, { warmUps: 1, runs: 5 }),
      goal: ratioAtLeast(0.1),
    }
  })
}

/** The command a newcomer types, from nothing: a new cluster, three daemons, two days. */
async function measureDemo(documents: readonly IndexDocument[]): Promise<Measurement> {
  let items = 0
  const ours = async () => {
    const folder = await emptyBenchFolder('demo', 'sample/postgres')
    const { output } = await run('bin/slipctl.cjs', 'demo', '--fresh', '--json', '--data', folder)
    const summary = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { items: number; seconds: number }
    items = summary.items
    return items / summary.seconds
  }
  const against = async () => {
    const folder = await emptyBenchFolder('loop')
    const ms = await timed(async () => {
      const server = await acquireServer(folder)
      await postAll(server.url('loop'), documents).finally(() => server.release())
    })
    return documents.length / (ms / 1000)
  }
  const runs = await inTurns({ ours, against }, { warmUps: 1, runs: 5 })
  await emptyBenchFolder('demo', 'sample/postgres')
  await emptyBenchFolder('loop')
  return {
    name: 'whole demo from nothing',
    unit: 'volumes/s',
    against: 'plain loop and a new cluster',
    runs,
    goal: withinSeconds(60, items),
  }
}

/** A new index, and the documents into it shard by shard: what an index costs without a state machine. */
async function postAll(url: string, documents: readonly IndexDocument[]): Promise<void> {
  const engine = openEngine('embedded', { url, target: 'main' })
  try {
    await engine.create(shards)
    for (let shard = 1; shard <= shards; shard++) {
      const share = documents.filter((_, index) => (index % shards) + 1 === shard)
      const outcomes = await engine.post(shard, share)
      if (outcomes.some(({ kind }) => kind !== 'done')) throw new Error('the engine did not take every document')
    }
  } finally {
    await engine.close()
  }
}

const withinSeconds = (seconds: number, items: number): Goal => ({
  text: `${items} volumes within ${seconds} s`,
  isMet: ({ value }) => items / value <= seconds,
})
