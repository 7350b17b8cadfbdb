import { z } from 'zod'
import { isReadable, percentIsEscape } from './web-url.ts'

const server = /^(postgres(ql)?|mysql|mariadb):\/\/[^/]/
const postgres = /^postgres(ql)?:\/\/[^/]/
const embedded = /^embedded:./

const noOptions = 'options after ? are not read; TLS has a key of its own, tls'

/** A driver would take the name of the user for it, or work in none. */
const namesDatabase = (text: string) => !URL.canParse(text) || embedded.test(text) || new URL(text).pathname.length > 1

const url = (form: RegExp, words: string) =>
  z
    .string()
    .refine((text) => embedded.test(text) || URL.canParse(text), words)
    .refine(
      (text) => embedded.test(text) || isReadable(text, ['username', 'password', 'hostname', 'pathname']),
      percentIsEscape,
    )
    .regex(form, words)
    .refine(
      namesDatabase,
      'names no database: add its name at the end, as in postgres://HOST/NAME or mysql://HOST/NAME',
    )

/** Of a server: what cannot be heeded is refused. */
const withoutOptions = (text: string) =>
  !URL.canParse(text) || text.startsWith('embedded:') || new URL(text).search === ''

/** Of the state database. */
export const stateUrl = url(
  new RegExp(`${server.source}|${embedded.source}`),
  'postgres:// or mysql:// HOST[:PORT]/NAME, or embedded:DIR',
).refine(withoutOptions, noOptions)

/** Of a database that is not ours. */
export const foreignUrl = url(server, 'postgres:// or mysql:// HOST[:PORT]/NAME').refine(withoutOptions, noOptions)

/** Of the embedded engine, which takes what follows a ? as pg does. */
export const indexUrl = url(
  new RegExp(`${postgres.source}|${embedded.source}`),
  'postgres://HOST[:PORT]/NAME or embedded:DIR',
)
