import { z } from 'zod'

const server = /^(postgres(ql)?|mysql|mariadb):\/\/[^/]/
const postgres = /^postgres(ql)?:\/\/[^/]/
const embedded = /^embedded:./

const tlsIsNone =
  'options after ? are not read, and SLIP has no TLS to databases: reach it by a socket, a tunnel or a network of its own'

const url = (form: RegExp, words: string) =>
  z
    .string()
    .refine((text) => embedded.test(text) || URL.canParse(text), words)
    .regex(form, words)

/** Of a server: what cannot be heeded is refused. */
const withoutOptions = (text: string) =>
  !URL.canParse(text) || text.startsWith('embedded:') || new URL(text).search === ''

/** Of the state database. */
export const stateUrl = url(
  new RegExp(`${server.source}|${embedded.source}`),
  'postgres:// or mysql:// HOST[:PORT]/NAME, or embedded:DIR',
).refine(withoutOptions, tlsIsNone)

/** Of a database that is not ours. */
export const foreignUrl = url(server, 'postgres:// or mysql:// HOST[:PORT]/NAME').refine(withoutOptions, tlsIsNone)

/** Of the embedded engine, which takes what follows a ? as pg does. */
export const indexUrl = url(
  new RegExp(`${postgres.source}|${embedded.source}`),
  'postgres://HOST[:PORT]/NAME or embedded:DIR',
)
