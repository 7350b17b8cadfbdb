import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readIngestList } from '../../src/sources/ingest-list.ts'
import { drain, folderWith } from './files.ts'

const read = async (name: string, content: string | Buffer) => {
  const path = join(await folderWith({ [name]: content }), name)
  return { path, ...(await drain(readIngestList(path))) }
}

test('an ingest list has an id a line; blank lines and comments are passed over, the namespace is kept in lower case', async () => {
  const text = '# of today\n\nMDP.39015\r\n  uc2.ark:/13960/T1  \nmdp.39015\n'
  const { events, error } = await read('today.txt', text)
  expect(error).toBeNull()
  expect(events).toEqual([
    { kind: 'ingested', htid: 'mdp.39015', line: 3 },
    { kind: 'ingested', htid: 'uc2.ark:/13960/T1', line: 4 },
    { kind: 'ingested', htid: 'mdp.39015', line: 5 },
  ])
  expect((await read('today.txt.gz', gzipSync(text))).events).toEqual(events)
})

test('a line that is no id is told with its number and its text, and the others are read', async () => {
  const { path, events } = await read('odd.txt', `mdp.1 2026-01-01\nmdp.2\n${'x'.repeat(5_000)}\nno-dot`)
  const bad = { kind: 'bad', file: path }
  expect(events).toMatchObject([
    { ...bad, line: 1, message: expect.stringMatching(/^Line 1 holds a blank/), text: 'mdp.1 2026-01-01' },
    { kind: 'ingested', htid: 'mdp.2', line: 2 },
    { ...bad, line: 3, message: 'Line 3 is longer than 4096 bytes.' },
    { ...bad, line: 4, message: expect.stringMatching(/^Line 4 has no namespace/) },
  ])
})

test('of a damaged gzip file what stands before the damage is read, then it is told', async () => {
  const whole = gzipSync(Array.from({ length: 20_000 }, (_, at) => `mdp.${at * 7919}\n`).join(''))
  const { events, error } = await read('cut.txt.gz', whole.subarray(0, whole.length / 2))
  expect(events.length).toBeGreaterThan(0)
  expect(error).toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' })
})
