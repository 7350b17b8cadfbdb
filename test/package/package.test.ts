import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import project from '../../package.json' with { type: 'json' }
import { runNode } from '../bin/run-node.ts'
import { root } from '../checks/run-tool.ts'

const folder = mkdtempSync(join(tmpdir(), 'slip-package-test-'))
const installed = join(folder, 'node_modules', project.name)
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(() => {
  execFileSync(process.execPath, ['esbuild.config.ts'], { cwd: root })
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
  )
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1'])
  // What package.json declares and nothing else, without asking a registry.
  for (const name of Object.keys({ ...project.dependencies, ...project.optionalDependencies })) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
})

test('the package carries built JavaScript and no source', () => {
  expect(readdirSync(installed)).toEqual(expect.arrayContaining(['bin', 'dist', 'package.json']))
  expect(readdirSync(installed)).not.toContain('src')
  expect(readdirSync(join(installed, 'bin'))).toEqual([
    'launch.cjs',
    'slip-enqueue.cjs',
    'slip-index.cjs',
    'slip-rights.cjs',
    'slipctl.cjs',
  ])
})

test.each(Object.values(project.bin))('%s --help works outside a checkout', async (bin) => {
  const ended = await runNode([join(installed, bin), '--help'], { cwd: folder })
  expect(ended).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\S/) })
})

test('slipctl version tells the version of the package', async () => {
  const ended = await runNode([join(installed, project.bin.slipctl), 'version'], { cwd: folder })
  expect(ended).toMatchObject({ code: 0, out: expect.stringContaining(project.version) })
})
