import { z } from 'zod'
import { tls } from './database-tls.ts'
import { foreignUrl } from './database-url.ts'
import { duration } from './duration.ts'
import { login } from './login.ts'

/** A table of a database that is not ours, by the name it has there. */
export const table = (standard: string) =>
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_$]{0,63}(\.[A-Za-z_][A-Za-z0-9_$]{0,63})?$/, 'the name of a table, or SCHEMA.TABLE')
    .default(standard)

/** A column of it. */
export const column = (standard: string, what: string) =>
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_$]{0,63}$/, 'the name of a column')
    .default(standard)
    .describe(what)

/** Where the database of a source is, and how long it may take. */
export const foreignLogin = (what: string) => ({
  url: foreignUrl.describe(`The ${what}: postgres://HOST[:PORT]/NAME or mysql://HOST[:PORT]/NAME (MariaDB too).`),
  ...login,
  tls,
  timeout: duration('1m').describe('Longest time for one statement, and to connect.'),
})
