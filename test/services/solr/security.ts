import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Java } from '../java.ts'

export interface SolrUser {
  readonly name: string
  readonly password: string
}

/** What security.json says when this one, and nobody else, may ask. */
export function securityOf({ name, password }: SolrUser): object {
  const salt = randomBytes(32)
  const sha256 = (...parts: (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
  const hash = sha256(sha256(salt, password))
  return {
    authentication: {
      class: 'solr.BasicAuthPlugin',
      blockUnknown: true,
      credentials: { [name]: `${hash.toString('base64')} ${salt.toString('base64')}` },
    },
  }
}

export interface Certificate {
  /** Of Java, for SolrNode. */
  readonly options: string[]
  /** PEM of who signed it, which is itself. */
  readonly ca: string
}

const run = promisify(execFile)

/** A certificate for 127.0.0.1, in `folder`. */
export async function makeCertificate({ program }: Java, folder: string): Promise<Certificate> {
  const keytool = join(dirname(realpathSync(program)), 'keytool')
  const [keystore, pem] = [join(folder, 'keystore.p12'), join(folder, 'certificate.pem')]
  const password = randomBytes(12).toString('hex')
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', password, '-alias', 'solr']
  const subject = ['-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-validity', '30']
  await run(keytool, ['-genkeypair', ...store, '-keyalg', 'EC', ...subject])
  await run(keytool, ['-exportcert', '-rfc', ...store, '-file', pem])
  return {
    options: [`-Dsolr.ssl.keystore=${keystore}`, `-Dsolr.ssl.keystore.password=${password}`],
    ca: readFileSync(pem, 'utf8'),
  }
}
