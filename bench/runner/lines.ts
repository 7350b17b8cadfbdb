import type { Runs } from './bench.ts'
import { commitLine, machineLine, versionsLine } from './machine.ts'
import type { Result } from './results.ts'
import { spread } from './runs.ts'

type RunFigure = Result['figures'][number]

/** A figure for a person, line by line, with an empty one behind. */
export function figureLines({ name, value, unit, against, againstValue, ratio, goal, met, runs }: RunFigure): string[] {
  const cells = [
    ['ours', `${value} ${unit} (${spreadText(runs.ours)})`],
    [against, `${againstValue} ${unit} (${spreadText(runs.against)})`],
    ['ratio', String(ratio)],
    ['goal', `${goal}: ${met ? 'met' : 'not met'}`],
  ] as const
  const width = Math.max(against.length, 5)
  return [
    `${name}, median of ${runs.ours.length} runs each, in turns`,
    ...cells.map(([what, text]) => `  ${what.padEnd(width)}  ${text}`),
    '',
  ]
}

/** What was measured, and where, for a person. */
export const whereLines = ({ bench, description, machine }: Result): string[] => [
  `${bench}: ${description}`,
  `machine   ${machineLine(machine)}`,
  `versions  ${versionsLine(machine)}`,
  `commit    ${commitLine(machine)}`,
]

/** The one line of --json. */
export function resultJson({ bench, machine, figures }: Result): string {
  return JSON.stringify({ bench, machine, figures: figures.map(({ runs: _, ...figure }) => figure) })
}

export function spreadText(values: Runs['ours']): string {
  const [least, most] = spread(values)
  return `${least} … ${most}`
}
