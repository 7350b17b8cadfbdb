// npm run bench -- NAME [--scale large] [--part PART …] [--json] [--record]
import { parseArgs } from 'node:util'
import { benches } from './benches.ts'
import { isScale } from './runner/bench.ts'
import { figureLines, resultJson, whereLines } from './runner/lines.ts'
import { thisMachine } from './runner/machine.ts'
import { type Result, record } from './runner/results.ts'
import { figureOf } from './runner/runs.ts'

const usage = 2

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))

/** Runs one benchmark, or lists them when none is named. A goal that is not met is printed and no failure. */
async function main(argv: readonly string[]): Promise<number> {
  const { name, scale, part: parts, json, record: recording, wrong } = argumentsOf(argv)
  const load = name === undefined ? undefined : Object.hasOwn(benches, name) ? benches[name] : undefined
  if (wrong !== undefined || load === undefined || name === undefined) {
    const complaint = wrong ?? (name === undefined ? undefined : `there is no bench ${name}`)
    await list(complaint)
    return complaint === undefined ? 0 : usage
  }
  const { bench } = await load()
  const unknown = parts.find((part) => !bench.parts?.includes(part))
  if (unknown !== undefined) {
    await list(`bench ${name} has no part ${unknown}`)
    return usage
  }
  const figures: Result['figures'][number][] = []
  await bench.measure(scale, parts, (measured) => {
    const told = measured.map((measurement) => ({ ...figureOf(measurement), runs: measurement.runs }))
    figures.push(...told)
    console.log(told.flatMap(figureLines).join('\n'))
  })
  const result: Result = {
    bench: [name, ...(scale === 'default' ? [] : [scale]), ...parts].join('-'),
    description: bench.description,
    machine: thisMachine(bench.versions?.()),
    figures,
  }
  console.log(whereLines(result).join('\n'))
  if (recording) console.log(`\nrecorded in ${record(result)}; npm run generate puts it into docs/performance.md`)
  if (json) console.log(resultJson(result))
  return 0
}

function argumentsOf(argv: readonly string[]) {
  const options = {
    scale: { type: 'string', default: 'default' },
    part: { type: 'string', multiple: true, default: [] as string[] },
    json: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  } as const
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const scale = isScale(values.scale) ? values.scale : null
    const wrong =
      positionals.length > 1 ? 'one bench at a time' : scale === null ? `there is no scale ${values.scale}` : undefined
    return { name: positionals[0], ...values, scale: scale ?? 'default', wrong }
  } catch (error) {
    return {
      name: undefined,
      scale: 'default' as const,
      part: [],
      json: false,
      record: false,
      wrong: (error as Error).message,
    }
  }
}

async function list(complaint: string | undefined): Promise<void> {
  const lines = complaint === undefined ? [] : [complaint, '']
  lines.push('npm run bench -- NAME [--scale large] [--part PART …] [--json] [--record]', '')
  for (const [name, load] of Object.entries(benches)) {
    const { description, parts } = (await load()).bench
    lines.push(`  ${name.padEnd(10)} ${description}`)
    if (parts !== undefined) lines.push(`  ${''.padEnd(10)} parts: ${parts.join(' ')}`)
  }
  if (complaint === undefined) console.log(lines.join('\n'))
  else console.error(lines.join('\n'))
}
