import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { transform } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { projectFiles, readProjectFile } from '../checks/source-files.ts'
import { runNode } from './run-node.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** A project of the launchers and one command, whose source is `main`. */
function project(kind: 'checkout' | 'package', main: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'slip-launch-test-'))
  folders.push(folder)
  cpSync('bin', join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const file = join(folder, kind === 'checkout' ? 'src/ctl/main.ts' : 'dist/ctl/main.js')
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, main)
  return folder
}

// What an old Node tells of itself; real ones of every age cannot be had on every machine.
const pretend = (version: string) =>
  `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'${version}'});Object.defineProperty(process,'version',{value:'v${version}'})`

test.each(['checkout', 'package'] as const)(
  'in a %s arguments reach the command and its exit code comes back',
  async (kind) => {
    const folder = project(kind, 'export async function main(argv) { console.log(JSON.stringify(argv)); return 6 }')
    const ended = await runNode([join(folder, 'bin/slipctl.cjs'), 'status', '--json', 'a b'])
    expect(ended).toEqual({ code: 6, out: '["status","--json","a b"]\n', err: '' })
  },
)

test('slip-index as a program tells Node to keep little room for young objects', async () => {
  const folder = project('package', '')
  mkdirSync(join(folder, 'dist/indexer'))
  const main = 'export async function main(argv) { console.log(process.execArgv.join(), argv.join()); return 0 }'
  writeFileSync(join(folder, 'dist/indexer/main.js'), main)
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)
  const program = promisify(execFile)(join(folder, 'bin/slip-index.cjs'), ['--once'], { env: { PATH } })
  expect(await program).toEqual({ stdout: '--max-semi-space-size=4 --once\n', stderr: '' })
})

test('a command that throws ends with 1', async () => {
  const folder = project('package', 'export async function main() { throw new Error("broken") }')
  const ended = await runNode([join(folder, 'bin/slipctl.cjs')])
  expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('broken') })
})

test.each([
  ['checkout', 'let the checkout bring its own with: npm ci'],
  ['package', 'install a newer Node from https://nodejs.org'],
] as const)('in a %s a Node that is too old gets one sentence with the remedy, and exit 2', async (kind, remedy) => {
  const folder = project(kind, 'export async function main() { return 0 }')
  const ended = await runNode(['--import', pretend('22.18.0'), join(folder, 'bin/slipctl.cjs')])
  expect(ended).toEqual({
    code: 2,
    out: '',
    err: `slipctl.cjs needs Node 22.19 or newer and this is v22.18.0; ${remedy}\n`,
  })
})

test('a checkout that carries its own Node runs under it when the one of the host is too old', async () => {
  const folder = project(
    'checkout',
    'export async function main(argv) { console.log(process.execPath, ...argv); return 5 }',
  )
  const own = join(folder, 'node_modules/node/bin/node')
  mkdirSync(join(own, '..'), { recursive: true })
  cpSync(process.execPath, own)
  const ended = await runNode(['--import', pretend('18.20.0'), join(folder, 'bin/slipctl.cjs'), 'x'])
  expect(ended).toEqual({ code: 5, out: `${own} x\n`, err: '' })
})

test('what a launcher asks of Node is asked of the Node of the checkout, and nothing else', async () => {
  const folder = project('checkout', '')
  mkdirSync(join(folder, 'src/indexer'))
  const main = 'export async function main() { console.log(process.execArgv.join()); return 0 }'
  writeFileSync(join(folder, 'src/indexer/main.ts'), main)
  const own = join(folder, 'node_modules/node/bin/node')
  mkdirSync(join(own, '..'), { recursive: true })
  cpSync(process.execPath, own)
  const flags = ['--max-semi-space-size=4', '--import', pretend('18.20.0')]
  expect(await runNode([...flags, join(folder, 'bin/slip-index.cjs')])).toMatchObject({
    code: 0,
    out: '--max-semi-space-size=4\n',
  })
})

test('a signal sent to the launcher reaches the command that runs under another Node', async () => {
  const folder = project(
    'checkout',
    `export function main() {
      const alive = setInterval(() => {}, 60_000)
      const ended = new Promise((resolve) => process.once('SIGTERM', () => { clearInterval(alive); resolve(3) }))
      console.log('ready')
      return ended
    }`,
  )
  const own = join(folder, 'node_modules/node/bin/node')
  mkdirSync(join(own, '..'), { recursive: true })
  cpSync(process.execPath, own)
  const child = spawn(process.execPath, ['--import', pretend('18.20.0'), join(folder, 'bin/slipctl.cjs')])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([3, null])
})

test('a launcher that is reached by a link, as npm installs it, finds its package', async () => {
  const folder = project('package', 'export async function main() { return 4 }')
  symlinkSync(join(folder, 'bin/slipctl.cjs'), join(folder, 'slipctl'))
  expect(await runNode([join(folder, 'slipctl')])).toMatchObject({ code: 4 })
})

test.each(projectFiles('bin/*.cjs'))('%s is written in the syntax of Node 12', async (file) => {
  const source = readProjectFile(file)
  const [old, now] = await Promise.all(
    ['node12', 'esnext'].map((target) => transform(source, { target, supported: { 'dynamic-import': true } })),
  )
  expect(old?.code).toBe(now?.code)
  expect(source).not.toMatch(/require\(['"]node:/)
})
