import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runNode } from './run-node.ts'

// A checkout whose only dependency is a folder of its own called node, so that npm ci needs no registry.
function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-checkout-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync('bin', join(folder, 'bin'), { recursive: true })
  mkdirSync(join(folder, 'carried/bin'), { recursive: true })
  symlinkSync(process.execPath, join(folder, 'carried/bin/node'))
  writeFileSync(join(folder, 'carried/package.json'), JSON.stringify({ name: 'node', version: '24.0.0' }))
  const dependencies = { node: 'file:carried' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', dependencies }))
  writeLock(folder, {
    '': { name: 'x', version: '1.0.0', dependencies },
    carried: { name: 'node', version: '24.0.0' },
    'node_modules/node': { resolved: 'carried', link: true },
  })
  writeFileSync(join(folder, 'asked.cjs'), `console.log(...process.argv.slice(2)); process.exitCode = 3`)
  return folder
}

const writeLock = (folder: string, packages: object) =>
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'x', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
  )

/** As typed in a shell: what the npm that runs this suite says of itself must not reach the npm under test. */
function run(folder: string, ...args: string[]) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
  return runNode([join(folder, 'bin/checkout.cjs'), 'asked.cjs', ...args], {
    cwd: folder,
    env: { ...env, HOME: folder },
  })
}

const installing = 'installing the dependencies of package-lock.json into node_modules …\n'

test('what is missing is installed once and said in one line; then the command runs with its arguments and exit code', async () => {
  const folder = checkout()
  expect(await run(folder, 'a', 'b c')).toEqual({ code: 3, out: 'a b c\n', err: installing })
  expect(await run(folder)).toEqual({ code: 3, out: '\n', err: '' })
})

test('a changed lock file installs again, and so does an installation that was interrupted', async () => {
  const folder = checkout()
  await run(folder)
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  writeFileSync(join(folder, 'package-lock.json'), `${lock}\n`)
  expect((await run(folder)).err).toBe(installing)
  rmSync(join(folder, 'node_modules/.slip-stamp'))
  expect((await run(folder)).err).toBe(installing)
  const hash = createHash('sha256').update(`${lock}\n`).digest('hex')
  expect(readFileSync(join(folder, 'node_modules/.slip-stamp'), 'utf8')).toBe(hash)
})

test('of two that start at the same time one installs and the other waits for it', async () => {
  const folder = checkout()
  const ended = await Promise.all([run(folder), run(folder)])
  expect(ended.map(({ code }) => code)).toEqual([3, 3])
  expect(ended.filter(({ err }) => err.includes(installing))).toHaveLength(1)
})

test('when npm fails its words are shown and the command does not run', async () => {
  const folder = checkout()
  writeLock(folder, { '': { name: 'x', version: '1.0.0' } })
  const ended = await run(folder)
  expect(ended).toMatchObject({ code: 1, out: '' })
  expect(ended.err).toMatch(/npm error[\s\S]*the dependencies cannot be installed/)
  expect(existsSync(join(folder, 'node_modules/.slip-stamp'))).toBe(false)
})

test('node_modules that are a link to those of another checkout are used and never emptied', async () => {
  const other = checkout()
  await run(other)
  const folder = checkout()
  symlinkSync(join(other, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package-lock.json'), `${readFileSync(join(folder, 'package-lock.json'), 'utf8')}\n`)
  expect(await run(folder, 'x')).toEqual({ code: 3, out: 'x\n', err: '' })
  expect(existsSync(join(other, 'node_modules/.slip-stamp'))).toBe(true)
})
