import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { testDatabase } from './database.ts'
import { mariadbVersion } from './mariadb/connection.ts'
import { newest, serverNames } from './server.ts'
import { urlOf as urlOfRun } from './server-url.ts'

const database = await testDatabase('mariadb')
await database.drop()
const ofThisRun = new URL(database.url)
ofThisRun.pathname = '/'

type Command = ChildProcessByStdio<null, Readable, Readable>

function services(args: string[], variables: Record<string, string> = {}): Command {
  const env = { ...process.env, ...variables }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGTERM'))
  return child
}

/** Its URL on standard output, once it is up. */
async function urlOf(child: Command): Promise<string> {
  const [line] = await once(createInterface(child.stdout), 'line')
  return line
}

test('up prints the URL of a server of its own, which is gone after SIGTERM with what it laid down', async () => {
  const child = services(['up', 'mariadb'])
  const told = text(child.stderr)
  const url = await urlOf(child)
  expect(new URL(url).host).not.toBe(ofThisRun.host)
  expect(await mariadbVersion(url)).toContain('MariaDB')
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  await expect(mariadbVersion(url)).rejects.toThrow('ECONNREFUSED')
  const folder = /data in (\S+)/.exec(await told)?.[1]
  expect(folder === undefined || !existsSync(folder)).toBe(true)
})

test('a server that SLIP_TEST_MARIADB_URL names is used before every other and not ended', async () => {
  const child = services(['up', 'mariadb'], { SLIP_TEST_MARIADB_URL: ofThisRun.href })
  const told = text(child.stderr)
  expect(await urlOf(child)).toBe(ofThisRun.href)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(await told).toContain(`at ${ofThisRun.host}, named by SLIP_TEST_MARIADB_URL`)
  expect(await mariadbVersion(ofThisRun.href)).toContain('MariaDB')
})

test('without a version the newest is meant', async () => {
  const url = await urlOfRun('opensearch3')
  const child = services(['up', 'opensearch'], { SLIP_TEST_OPENSEARCH3_URL: url })
  expect(new URL(await urlOf(child)).host).toBe(new URL(url).host)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test.each([[[]], [['up']], [['up', 'oracle']], [['down', 'mariadb']], [['up', 'mariadb', '--now']]])(
  'anything but up and a known server is refused: %j',
  async (args) => {
    const child = services(args)
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect({ said, code }).toEqual({
      said: `usage: npm run services -- up ${[...serverNames, ...Object.keys(newest)].join('|')} [--no-install]\n`,
      code: 2,
    })
  },
)
