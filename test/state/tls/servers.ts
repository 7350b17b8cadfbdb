import { chmodSync, chownSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDatabase, withClient } from '../../../src/embedded-postgres/database.ts'
import { serverOwner } from '../../../src/embedded-postgres/owner.ts'
import { acquireServer } from '../../../src/embedded-postgres/server.ts'
import { type CertificateFiles, makeCertificateFiles } from '../../services/certificate.ts'
import { findBinaries } from '../../services/mariadb/binaries.ts'
import { withMariadb } from '../../services/mariadb/connection.ts'
import { startInstance } from '../../services/mariadb/instance.ts'

/** A server that shows a certificate for `localhost`. */
export interface TlsServer {
  /** Of an empty database. */
  readonly url: string
  /** Files (PEM) of who signed its certificate, which is itself, and of one for another host. */
  readonly authorities: { readonly own: string; readonly other: string }
  /** Asks how the session is encrypted. */
  readonly cipher: string
  /** From now on it shows the certificate for another host. */
  showOther(): Promise<void>
  close(): Promise<void>
}

interface Started extends Pick<TlsServer, 'url' | 'cipher' | 'close'> {
  /** Reads the files of the certificate again. */
  reload(): Promise<void>
}

async function withCertificate(start: (folder: string, own: CertificateFiles) => Promise<Started>): Promise<TlsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'slip-tls-'))
  chmodSync(folder, 0o755)
  const shown = await makeCertificateFiles(folder, 'shown', 'localhost')
  const other = await makeCertificateFiles(folder, 'other', 'elsewhere.example')
  const own = join(folder, 'own.pem')
  copyFileSync(shown.certificate, own)
  const owner = serverOwner()
  chmodSync(shown.key, 0o600)
  if (owner !== null) chownSync(shown.key, owner.uid, owner.gid)
  const { reload, close, ...server } = await start(folder, shown)
  return {
    ...server,
    authorities: { own, other: other.certificate },
    showOther: () => {
      // owner and mode stay
      writeFileSync(shown.certificate, readFileSync(other.certificate))
      writeFileSync(shown.key, readFileSync(other.key))
      return reload()
    },
    close: () => close().finally(() => rmSync(folder, { recursive: true })),
  }
}

const byName = (url: string) => Object.assign(new URL(url), { hostname: 'localhost' }).href

/** Each starts a server of its own. */
export const startTls = {
  PostgreSQL: () =>
    withCertificate(async (folder, { certificate, key }) => {
      const server = await acquireServer(join(folder, 'cluster'), { durable: false })
      const admin = server.url('postgres')
      await ensureDatabase(server, 'slip')
      await withClient(admin, async (client) => {
        await client.query(`ALTER SYSTEM SET ssl_cert_file = '${certificate}'`)
        await client.query(`ALTER SYSTEM SET ssl_key_file = '${key}'`)
        await client.query('ALTER SYSTEM SET ssl = on')
      })
      await reloadPostgres(admin)
      return {
        url: byName(server.url('slip')),
        cipher: "SELECT coalesce(cipher, '') AS value FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        reload: () => reloadPostgres(admin),
        close: () => server.release(),
      }
    }),
  MariaDB: () =>
    withCertificate(async (_, { certificate, key }) => {
      const binaries = await findBinaries(console.log)
      const server = await startInstance(binaries, [`--ssl-cert=${certificate}`, `--ssl-key=${key}`])
      await withMariadb(server.url, (connection) => connection.query('CREATE DATABASE slip CHARACTER SET utf8mb4'))
      return {
        url: byName(`${server.url}slip`),
        cipher: `SELECT variable_value AS value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'`,
        reload: () => withMariadb(server.url, (connection) => connection.query('FLUSH SSL')).then(() => undefined),
        close: () => server.close(),
      }
    }),
}

/** The server is only told to, and does it soon; a session that begins then tells. */
async function reloadPostgres(admin: string): Promise<void> {
  const loadedAt = () =>
    withClient(admin, async (client) => {
      const { rows } = await client.query<{ at: string }>('SELECT pg_conf_load_time()::text AS at')
      return rows[0]?.at
    })
  const before = await loadedAt()
  await withClient(admin, (client) => client.query('SELECT pg_reload_conf()'))
  while ((await loadedAt()) === before);
}
