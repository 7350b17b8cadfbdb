// npm run test:chaos -- --database D --engine E --seed N --faults N [--json] [--no-install]: real daemons and servers
// under seeded faults. Says the schedule while it runs; ends with 0 when nothing was lost, doubled or stale.
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { dyingWithUs } from '../services/dying-with-us.ts'
import { chaosEngines } from './indexes/chaos-index.ts'
import { namespaceVariable, works } from './platform.ts'
import { type ChaosOptions, type ChaosResult, runChaos } from './run.ts'
import { chaosDatabases } from './world.ts'

const usage = `usage: npm run test:chaos -- --database ${chaosDatabases.join('|')} --engine ${chaosEngines.join('|')} --seed N --faults N [--json] [--no-install]`

interface Wanted extends ChaosOptions {
  readonly json: boolean
}

function wanted(): Wanted | null {
  const options = {
    database: { type: 'string', default: 'postgres' },
    engine: { type: 'string', default: 'embedded' },
    seed: { type: 'string', default: '1' },
    faults: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
    'no-install': { type: 'boolean', default: false },
  } as const
  try {
    const { values } = parseArgs({ options })
    if (values['no-install']) process.env.SLIP_TEST_NO_INSTALL = '1'
    const { json } = values
    const database = chaosDatabases.find((name) => name === values.database)
    const engine = chaosEngines.find((name) => name === values.engine)
    const [seed, faults] = [Number(values.seed), Number(values.faults)]
    const isCorrect = Number.isSafeInteger(seed) && Number.isSafeInteger(faults) && faults > 0
    return isCorrect && database !== undefined && engine !== undefined ? { database, engine, seed, faults, json } : null
  } catch {
    return null
  }
}

/** As root, in a mount namespace of its own: a file system may be made there that can be filled. */
function runInOwnMounts(): void {
  const own = ['unshare', '--mount', '--propagation', 'private', process.execPath, ...process.argv.slice(1)]
  const [program, ...args] = [...dyingWithUs, ...own] as [string, ...string[]]
  const env = { ...process.env, [namespaceVariable]: '1' }
  const child = spawn(program, args, { stdio: 'inherit', env })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

const inWords = ({ faults, items, revisions, fencedOut, staleRefused, lost, doubled, stale }: ChaosResult) =>
  [
    Object.entries(faults)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', '),
    `${items} items in ${revisions} revisions; ${fencedOut} fenced out, ${staleRefused} refused as stale`,
    `${lost} lost, ${doubled} doubled, ${stale} stale`,
  ].join('\n')

async function run({ json, ...options }: Wanted): Promise<void> {
  const startedAt = performance.now()
  const tell = (line: string) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    process.stderr.write(`${seconds.padStart(6)} s  ${line}\n`)
  }
  const { result, sound } = await runChaos(options, tell)
  tell('over')
  process.stdout.write(`${json ? JSON.stringify(result) : inWords(result)}\n`)
  process.exitCode = sound ? 0 : 1
}

const options = wanted()
if (options === null) {
  console.error(usage)
  process.exitCode = 2
} else if (process.env[namespaceVariable] === undefined && works('unshare', '--mount', 'true')) {
  runInOwnMounts()
} else {
  await run(options).catch((error: Error) => {
    console.error(error.stack)
    process.exitCode = 1
  })
}
