import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { installPackages } from './debian-packages.ts'

const OPENSSL = '/usr/bin/openssl'

/** Files (PEM) of a certificate that signed itself, and of its key. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** A certificate for a host name, in `folder`. Root installs openssl where it is missing. */
export async function makeCertificateFiles(folder: string, name: string, host: string): Promise<CertificateFiles> {
  if (!existsSync(OPENSSL) && process.getuid?.() === 0) await installPackages(['openssl'], console.log)
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) }
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  const made = ['-keyout', files.key, '-out', files.certificate, '-days', '30']
  await promisify(execFile)(OPENSSL, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...made])
  return files
}
