import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { benches } from '../../bench/benches.ts'

const main = join(import.meta.dirname, '../../bench/main.ts')
const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })

test('without a name the benches are listed', () => {
  const { status, stdout } = bench()
  expect(status).toBe(0)
  for (const name of Object.keys(benches)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
})

test.each([
  ['an unknown name', ['nope'], 'there is no bench nope'],
  ['a name every object has', ['constructor'], 'there is no bench constructor'],
  ['two names', ['assemble', 'demo'], 'one bench at a time'],
  ['an unknown scale', ['assemble', '--scale', 'huge'], 'there is no scale huge'],
  ['an unknown part', ['queue', '--part', 'nope'], 'bench queue has no part nope'],
  ['a part of what has none', ['assemble', '--part', 'speed'], 'bench assemble has no part speed'],
  ['an unknown option', ['assemble', '--fast'], "Unknown option '--fast'"],
])('%s lists the benches and ends with exit code 2', (_, args, complaint) => {
  const { status, stdout, stderr } = bench(...args)
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(complaint)
  expect(stderr).toContain('assemble')
})
