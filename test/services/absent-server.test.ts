import { expect, test } from 'vitest'
import { runProject } from '../run/vitest-project.ts'

// Nobody listens on port 1, and naming a server leaves no other way.
const nobody = { SLIP_TEST_MARIADB_URL: 'mysql://root@127.0.0.1:1/' }
const reason =
  'mariadb: the server of SLIP_TEST_MARIADB_URL at 127.0.0.1:1 is of no use: connect ECONNREFUSED 127.0.0.1:1'
const imports = `import { testDatabase } from '{root}/test/services/database.ts'\n`

const files = {
  'file.test.ts': `${imports}await testDatabase('mariadb')\ntest('one', () => {})`,
  'suite.test.ts': `${imports}
    describe('s', () => {
      beforeAll(async () => { await testDatabase('mariadb') })
      describe('t', () => test('two', () => {}))
    })
    test('three', () => {})`,
}

test('a server that cannot be had skips the file or suite that asks for it, with the reason, and no other test', async () => {
  const { code, lines } = await runProject(files, nobody)
  expect(lines.filter((line) => line.startsWith('skipped: ')).sort()).toEqual([
    `skipped: file.test.ts > all of this file (${reason})`,
    `skipped: suite.test.ts > s > t > two (${reason})`,
  ])
  expect({ code, closing: lines.at(-1) }).toEqual({ code: 0, closing: '1 passed, 0 failed, 2 skipped' })
})

test('in CI a server that cannot be had is a failure', async () => {
  const { code, lines } = await runProject(files, { ...nobody, CI: 'true' })
  expect({ code, closing: lines.at(-1) }).toEqual({ code: 1, closing: '1 passed, 2 failed, 1 skipped' })
})

test('any other error while a file is imported stays a failure', async () => {
  const { code, lines } = await runProject({ 'file.test.ts': `throw new Error('x')\ntest('one', () => {})` })
  expect({ code, closing: lines.at(-1) }).toEqual({ code: 1, closing: '0 passed, 1 failed, 0 skipped' })
})
