// npm run test:soak [-- --minutes N] [--seed N]: what takes too long for `npm test`, by turns, each turn with the next
// seed, until the minutes are over or one went wrong.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { dyingWithUs } from '../services/dying-with-us.ts'

const faults = 200
const walks = 3_000
const usage = 'usage: npm run test:soak [-- --minutes N] [--seed N]'

/** One part of a soak; a round runs all of them. */
interface Part {
  readonly name: string
  /** Arguments of node. */
  readonly args: (seed: number) => readonly string[]
  readonly env?: (seed: number) => Readonly<Record<string, string>>
}

const chaos = (database: string): Part => ({
  name: `chaos on ${database}`,
  args: (seed) => [
    join(import.meta.dirname, 'main.ts'),
    ...['--database', database, '--seed', String(seed), '--faults', String(faults), '--json'],
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
  env: () => ({ SLIP_TEST_ELASTICSEARCH: '1' }),
}

const parts: readonly Part[] = [mysql, elasticsearch, model, chaos('postgres'), chaos('mariadb')]

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

function wanted(): { minutes: number; seed: number } | null {
  const options = { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } } as const
  try {
    const { values } = parseArgs({ options })
    const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
    return minutes > 0 && Number.isSafeInteger(seed) ? { minutes, seed } : null
  } catch {
    return null
  }
}

const options = wanted()
if (options === null) {
  console.error(usage)
  process.exitCode = 2
} else process.exitCode = (await soak(options.minutes, options.seed)) ? 0 : 1
