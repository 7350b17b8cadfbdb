import { expect, test } from 'vitest'
import { withRetry } from '../../src/state/retry.ts'

const coded = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code })

test.each([
  ['no password is configured', coded('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')],
  ['the password is wrong', coded('password authentication failed', '28P01')],
  ['PostgreSQL lets us make no table', coded('permission denied for schema public', '42501')],
  ['MariaDB lets us make no view', coded('CREATE VIEW command denied', 'ER_TABLEACCESS_DENIED_ERROR')],
])('where %s the server is told to be unavailable, in its own words, at once', async (_, error) => {
  let tried = 0
  const work = async () => {
    tried++
    throw error
  }
  await expect(withRetry(work, 'here:1/slip')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: `the database at here:1/slip refuses: ${error.message}`,
  })
  expect(tried).toBe(1)
})

test('a defect is told as it is', async () => {
  const defect = coded('column x does not exist', '42703')
  await expect(withRetry(() => Promise.reject(defect), 'here')).rejects.toBe(defect)
})
