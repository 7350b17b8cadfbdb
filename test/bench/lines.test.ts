import { expect, test } from 'vitest'
import { figureLines, resultJson, whereLines } from '../../bench/runner/lines.ts'
import { thisMachine } from '../../bench/runner/machine.ts'
import type { Result } from '../../bench/runner/results.ts'

const figure = {
  name: 'assembly',
  value: 3,
  unit: 'ms',
  against: 'floor',
  againstValue: 2,
  ratio: 1.5,
  goal: 'ratio at most 1.5',
  met: true,
}
const result: Result = {
  bench: 'assemble',
  description: 'Making documents.',
  machine: thisMachine(),
  figures: [{ ...figure, runs: { ours: [3, 2, 4, 3, 3], against: [2, 2, 2, 2, 1] } }],
}

test('--json gives one line with bench, machine and figures, each of the agreed keys only', () => {
  const line = resultJson(result)
  expect(line).not.toContain('\n')
  const parsed = JSON.parse(line)
  expect(Object.keys(parsed)).toEqual(['bench', 'machine', 'figures'])
  expect(parsed.figures).toEqual([figure])
})

test('a person sees machine, versions, medians with spread, ratio, goal and whether it is met', () => {
  const text = [...result.figures.flatMap(figureLines), ...whereLines(result)].join('\n')
  expect(text).toContain(`${result.machine.cpu}, ${result.machine.cores} cores`)
  expect(text).toContain(`node ${process.versions.node}`)
  expect(text).toMatch(/ours +3 ms \(2 … 4\)/)
  expect(text).toMatch(/floor +2 ms \(1 … 2\)/)
  expect(text).toMatch(/ratio +1\.5/)
  expect(text).toMatch(/goal +ratio at most 1\.5: met/)
})
