import { isIP } from 'node:net'
import { z } from 'zod'
import { authorities, type ConfigPlace } from './authorities.ts'
import { authoritiesFile } from './login.ts'

/** How the connections to a database are encrypted; both certificate and host name are always verified. */
const databaseTls = z.strictObject({
  ca: authoritiesFile.describe(
    '`tls: {}` encrypts the connections, and verifies certificate and host name, for which the URL names a host and no address; without `tls` they are not encrypted. File of the certificate authorities (PEM) to trust; default: those of Node. Of no use to embedded:DIR.',
  ),
})

export type DatabaseTls = z.output<typeof databaseTls>

/** The key of a database beside its URL. */
export const tls = databaseTls.optional().describe('Encrypts the connections, and makes sure whom they reach.')

/** For a database with both keys: the drivers compare names, and an address is none. */
export const namesServer = ({ url, tls: encrypted }: { url: string; tls?: DatabaseTls | undefined }): boolean =>
  encrypted === undefined || !URL.canParse(url) || isIP(hostOf(url)) === 0

export const namesServerRule = {
  path: ['url'],
  message: 'with tls a server is named as its certificate names it, by a host name and not by an address',
}

const hostOf = (url: string) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1')

/**
 * The settings at a key, with the PEM of their authorities instead of its file: what is made of them reads no files. Throws
 * CONFIG_INVALID with the key.
 */
export function withAuthorities<Settings extends { readonly tls?: DatabaseTls | undefined }>(
  config: ConfigPlace,
  key: string,
  settings: Settings,
): Settings {
  const ca = settings.tls?.ca
  return ca === undefined ? settings : { ...settings, tls: { ca: authorities(config, `${key}.tls.ca`, ca) } }
}

/** How mysql2 is told to verify both. */
export const verified = ({ ca }: DatabaseTls) => ({
  ...(ca === undefined ? {} : { ca }),
  rejectUnauthorized: true,
  verifyIdentity: true,
})
