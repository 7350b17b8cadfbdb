import type { Runs } from './bench.ts'
import { machineLine, versionsLine } from './machine.ts'
import type { Result } from './results.ts'
import { spread } from './runs.ts'

/** A result for a person, line by line. */
export function resultLines({ bench, description, machine, figures }: Result): string[] {
  const lines = [`${bench}: ${description}`, `machine   ${machineLine(machine)}`, `versions  ${versionsLine(machine)}`]
  for (const { name, value, unit, against, againstValue, ratio, goal, met, runs } of figures) {
    const cells = [
      ['ours', `${value} ${unit} (${spreadText(runs.ours)})`],
      [against, `${againstValue} ${unit} (${spreadText(runs.against)})`],
      ['ratio', String(ratio)],
      ['goal', `${goal}: ${met ? 'met' : 'not met'}`],
    ] as const
    lines.push('', `${name}, median of ${runs.ours.length} runs each, in turns`)
    for (const [what, text] of cells) lines.push(`  ${what.padEnd(Math.max(against.length, 5))}  ${text}`)
  }
  return lines
}

/** The one line of --json. */
export function resultJson({ bench, machine, figures }: Result): string {
  return JSON.stringify({ bench, machine, figures: figures.map(({ runs: _, ...figure }) => figure) })
}

export function spreadText(values: Runs['ours']): string {
  const [least, most] = spread(values)
  return `${least} … ${most}`
}
