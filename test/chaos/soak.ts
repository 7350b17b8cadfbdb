// npm run test:soak [-- --minutes N] [--seed N]: what takes too long for `npm test`, by turns, each turn with the next
// seed, until the minutes are over or one went wrong. With --hostile N: so many hostile inputs of one seed, and no more.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dyingWithUs } from '../services/dying-with-us.ts'

const walks = 3_000
const usage = 'usage: npm run test:soak [-- --minutes N] [--seed N] [--hostile N]'

/** One part of a soak; a round runs all of them. */
interface Part {
  readonly name: string
  /** Arguments of node. */
  readonly args: (seed: number) => readonly string[]
  readonly env?: (seed: number) => Readonly<Record<string, string>>
}

const chaos = (database: string, engine = 'embedded', faults = 200): Part => ({
  name: `chaos on ${database}, index ${engine}`,
  args: (seed) => [
    join(import.meta.dirname, 'main.ts'),
    ...['--database', database, '--engine', engine, '--seed', String(seed), '--faults', String(faults), '--json'],
  ],
})

const mysql: Part = {
  name: 'the state machine on MySQL',
  args: () => [join(import.meta.dirname, '../services/mysql/soak.ts')],
}

const model: Part = {
  name: `${walks} walks of the model on each database`,
  args: () => [join(import.meta.dirname, '../run/main.ts'), 'test/state/model.test.ts'],
  env: (seed) => ({ SLIP_TEST_SEED: String(seed), SLIP_TEST_WALKS: String(walks) }),
}

const elasticsearch: Part = {
  name: 'what is asked of OpenSearch, on Elasticsearch as well',
  args: () => [join(import.meta.dirname, '../run/main.ts'), 'opensearch.test', 'shards/opensearch/'],
  env: () => ({ SLIP_TEST_ELASTICSEARCH: '1', SLIP_TEST_SOAK: '1' }),
}

const long: Part = {
  name: 'tests that take minutes each',
  args: () => [
    join(import.meta.dirname, '../run/main.ts'),
    ...[
      '.soak.test',
      'test/services/solr',
      'test/conformance/snapshots/solr',
      'test/conformance/slip-index/full-disk',
      'test/conformance/slip-index/killers',
      'test/daemon/json-times',
    ],
  ],
  env: () => ({ SLIP_TEST_SOAK: '1' }),
}

const daemons: Part = {
  name: 'the daemons and their sources on MariaDB',
  args: () => [join(import.meta.dirname, '../run/main.ts'), 'test/daemon', 'test/rights', '--project', 'mariadb'],
  env: () => ({ SLIP_TEST_SOAK: '1' }),
}

const hostile = (count: number): Part => ({
  name: `${count} hostile inputs`,
  args: (seed) => [join(import.meta.dirname, '../hostile/main.ts'), '--hostile', String(count), '--seed', String(seed)],
})

/** Their servers take long to start, and are killed all the time. */
const overHttp = ['solr', 'solrcloud', 'opensearch2', 'opensearch3'].map((engine) => chaos('postgres', engine, 24))

const parts: readonly Part[] = [
  hostile(20_000),
  mysql,
  elasticsearch,
  long,
  daemons,
  model,
  chaos('postgres'),
  chaos('mariadb'),
  ...overHttp,
]

async function runPart({ name, args, env }: Part, seed: number): Promise<boolean> {
  console.log(`${name}, seed ${seed}`)
  const [program, ...rest] = [...dyingWithUs, process.execPath, ...args(seed)] as [string, ...string[]]
  const child = spawn(program, rest, { stdio: 'inherit', env: { ...process.env, ...env?.(seed) } })
  const [code] = await once(child, 'exit')
  return code === 0
}

async function soak(minutes: number, firstSeed: number): Promise<boolean> {
  const endsAt = performance.now() + minutes * 60_000
  for (let seed = firstSeed; ; seed++) {
    for (const part of parts) {
      if (!(await runPart(part, seed))) {
        console.log(`${part.name} went wrong with seed ${seed}`)
        return false
      }
      if (performance.now() > endsAt) return true
    }
  }
}

interface Wanted {
  readonly minutes: number
  readonly seed: number
  /** So many hostile inputs instead of all else. */
  readonly inputs: number | null
}

function wanted(): Wanted | null {
  const options = {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    hostile: { type: 'string' },
  } as const
  try {
    const { values } = parseArgs({ options })
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
    const inputs = values.hostile === undefined ? null : Number(values.hostile)
    const isCount = inputs === null || (Number.isSafeInteger(inputs) && inputs > 0)
    return minutes > 0 && Number.isSafeInteger(seed) && isCount ? { minutes, seed, inputs } : null
  } catch {
    return null
  }
}

const options = wanted()
if (options === null) {
  console.error(usage)
  process.exitCode = 2
} else {
  const { minutes, seed, inputs } = options
  process.exitCode = (await (inputs === null ? soak(minutes, seed) : runPart(hostile(inputs), seed))) ? 0 : 1
}
