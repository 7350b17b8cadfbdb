import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { TlsKey } from '../../shards/http/loopback.ts'
import type { Java } from '../java.ts'

export interface SolrUser {
  readonly name: string
  readonly password: string
}

/** What security.json says when these, and nobody else, may ask; anything, unless `authorization` says what. */
export const securityOf = (users: readonly SolrUser[], authorization?: object): object => ({
  authentication: {
    class: 'solr.BasicAuthPlugin',
    blockUnknown: true,
    credentials: Object.fromEntries(users.map(({ name, password }) => [name, hashOf(password)])),
  },
  ...(authorization === undefined ? {} : { authorization }),
})

function hashOf(password: string): string {
  const salt = randomBytes(32)
  const sha256 = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  return `${sha256(sha256(salt, password)).toString('base64')} ${salt.toString('base64')}`
}

export interface Certificate {
  /** Of Java, for SolrNode. */
  readonly options: string[]
  /** Of Node, for a server of the test itself. */
  readonly key: TlsKey
  /** PEM of who signed it, which is itself. */
  readonly ca: string
}

export interface CertificateOptions {
  /** As a subject: `ip:127.0.0.1` unless it says otherwise. */
  readonly host?: string
  /** It was good for one day, and that is over. */
  readonly expired?: boolean
}

const run = promisify(execFile)

/** A certificate, in `folder`. */
export async function makeCertificate(
  { program }: Java,
  folder: string,
  { host = 'ip:127.0.0.1', expired = false }: CertificateOptions = {},
): Promise<Certificate> {
  const keytool = join(dirname(realpathSync(program)), 'keytool')
  const [keystore, pem] = [join(folder, 'keystore.p12'), join(folder, 'certificate.pem')]
  const passphrase = randomBytes(12).toString('hex')
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', passphrase, '-alias', 'solr']
  const subject = ['-dname', `CN=${host.replace(/^.*:/, '')}`, '-ext', `san=${host}`]
  const time = expired ? ['-startdate', '-10d', '-validity', '1'] : ['-validity', '30']
  await run(keytool, ['-genkeypair', ...store, '-keyalg', 'EC', ...subject, ...time])
  await run(keytool, ['-exportcert', '-rfc', ...store, '-file', pem])
  return {
    options: [`-Dsolr.ssl.keystore=${keystore}`, `-Dsolr.ssl.keystore.password=${passphrase}`],
    key: { pfx: readFileSync(keystore), passphrase },
    ca: readFileSync(pem, 'utf8'),
  }
}
