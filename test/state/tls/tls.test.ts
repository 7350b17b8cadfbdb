import { readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../../src/embedded-postgres/database.ts'
import { connectForeign } from '../../../src/sources/foreign/connect.ts'
import { openState } from '../../../src/state/open-state.ts'
import { testDatabase } from '../../services/database.ts'
import { startTls, type TlsServer } from './servers.ts'

interface Asked {
  readonly url: string
  readonly tls?: { readonly ca?: string }
}

/** What one question of the state database is answered, as a configuration in such a folder says how to reach it. */
async function ask(sql: string, { url, tls }: Asked, baseDir = '/'): Promise<unknown> {
  const database = { url, ...(tls && { tls: { ca: tls.ca } }) }
  const config = { baseDir, file: '/etc/slip/slip.yaml', database }
  const { db, close } = await openState(config, { applicationName: 'test', poolSize: 1 })
  try {
    return (await db.query<{ value: unknown }>(sql))[0]?.value
  } finally {
    await close()
  }
}

const pem = (file: string) => readFileSync(file, 'utf8')
const unavailable = (words: RegExp) => ({ code: 'DATABASE_UNAVAILABLE', message: expect.stringMatching(words) })

describe.each(['PostgreSQL', 'MariaDB'] as const)('a %s with a certificate', (product) => {
  let server: TlsServer

  beforeAll(async () => {
    server = await startTls[product]()
  })
  afterAll(() => server?.close())

  it('is spoken to encrypted, and only where that is configured', async () => {
    const { url, cipher, authorities } = server
    const folder = dirname(authorities.own)
    expect(await ask(cipher, { url, tls: { ca: relative(folder, authorities.own) } }, folder)).toMatch(/AES|CHACHA/)
    expect(await ask(cipher, { url })).toBe('')
  })

  it('is not spoken to when none of the authorities signed its certificate', async () => {
    const { url, cipher, authorities } = server
    const refused = unavailable(/self.signed certificate|unable to verify/i)
    await expect(ask(cipher, { url, tls: { ca: authorities.other } })).rejects.toMatchObject(refused)
    await expect(ask(cipher, { url, tls: {} })).rejects.toMatchObject(refused)
  })

  it('is asked for nothing where the file of the authorities is not there, and the key is told', async () => {
    await expect(ask(server.cipher, { url: server.url, tls: { ca: '/none.pem' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('database.tls.ca: ENOENT'),
    })
  })

  it('is a source in the same way', async () => {
    const { url, cipher, authorities } = server
    const login = { url, timeout: 10_000 }
    const encrypted = await connectForeign('rights', { ...login, tls: { ca: pem(authorities.own) } })
    expect(await encrypted.query(cipher)).toEqual([{ value: expect.stringMatching(/AES|CHACHA/) }])
    await encrypted.close()
    const refused = connectForeign('rights', { ...login, tls: { ca: pem(authorities.other) } })
    await expect(refused).rejects.toMatchObject({ code: 'SOURCE_DB_UNAVAILABLE' })
  })

  it('is not spoken to when its certificate is for another host', async () => {
    await server.showOther()
    const { url, cipher, authorities } = server
    await expect(ask(cipher, { url, tls: { ca: authorities.other } })).rejects.toMatchObject(
      unavailable(/altnames.*localhost/),
    )
  })
})

it('the embedded engine beside the state database is reached in the same way', async () => {
  const server = await startTls.PostgreSQL()
  const { own, other } = server.authorities
  const cipherBeside = async (ca: string) => {
    const config = { baseDir: '/', file: '/etc/slip/slip.yaml', database: { url: server.url, tls: { ca } } }
    const state = await openState(config, { applicationName: 'test' })
    const beside = state.siblingUrl('slip') as string
    await state.close()
    return withClient(beside, async (client) => (await client.query(server.cipher)).rows)
  }
  expect(await cipherBeside(own)).toEqual([{ value: expect.stringMatching(/AES|CHACHA/) }])
  await expect(cipherBeside(other)).rejects.toThrow(/self.signed certificate/)
  await server.close()
})

it.each(['postgres', 'mariadb'] as const)('a server of %s without a certificate is not spoken to', async (server) => {
  const { url, drop } = await testDatabase(server)
  const byName = Object.assign(new URL(url), { hostname: 'localhost' }).href
  const refused = unavailable(/does not support (SSL|secure) connection/)
  await expect(ask('SELECT 1 AS value', { url: byName, tls: {} })).rejects.toMatchObject(refused)
  await drop()
})
