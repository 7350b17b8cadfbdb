// node test/hostile/main.ts [--hostile N] [--seed S] [--only 'SUBJECT: NAME, or how it begins'] [--case N] [--record]
import { parseArgs } from 'node:util'
import { usual } from './cases.ts'
import { record } from './page.ts'
import { runCases } from './run.ts'

const { values } = parseArgs({
  options: {
    hostile: { type: 'string', default: String(usual) },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    case: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
})
const only = values.only === undefined ? [] : [values.only, ...(values.case === undefined ? [] : [values.case])]
const seed = Number(values.seed)
const { results, violations } = await runCases(seed, Number(values.hostile), only)
for (const cases of Map.groupBy(results, ({ subject, name }) => `${subject}: ${name}`).values()) {
  const ends = Map.groupBy(cases, ({ end }) => end)
  const counted = [...ends].map(([end, { length }]) => `${end} ${length}`)
  console.log(`${cases[0]!.subject}: ${cases[0]!.name}: ${cases.length}: ${counted.sort().join(', ')}`)
}
const most = (what: 'memory' | 'read') =>
  Math.ceil(results.reduce((max, each) => Math.max(max, each[what]), 0) / 2 ** 20)
console.log(
  `${results.length} cases with seed ${seed}; most memory ${most('memory')} MiB, most read ${most('read')} MiB`,
)
for (const violation of violations) console.log(`VIOLATION ${violation}`)
if (values.record && violations.length === 0) record(results)
if (results.length === 0) console.log('there is no such case')
process.exitCode = violations.length === 0 && results.length > 0 ? 0 : 1
