import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { document } from '../conformance/engine/documents.ts'
import { Door } from '../daemon/door.ts'
import { openFirstDay } from '../daemon/first-day.ts'
import type { Library } from '../daemon/library.ts'
import { later } from '../state/fixture.ts'
import { slipctl } from './slipctl.ts'

let library: Library
beforeAll(async () => {
  library = await openFirstDay()
})
afterAll(() => library.close())

const rows = (sql: string) => library.state.db.query(sql)
const set = (part: string, shard = 1) => rows(`UPDATE slip_shard SET ${part} WHERE shard = ${shard}`)
afterEach(async () => {
  await rows('DELETE FROM slip_breaker')
  await rows(`UPDATE slip_shard SET state = 'open', state_before = NULL, behind_from = NULL, reason = '', weight = 1`)
})
const ctl = (...args: string[]) => slipctl([...args, '--config', library.configFile])
const json = async (...args: string[]) => JSON.parse((await ctl(...args, '--json')).out)
const states = async () =>
  (await rows(`SELECT shard, state FROM slip_shard ORDER BY shard`)).map(({ shard, state }) => `${shard} ${state}`)

test('shards list shows state, weight, what engine and queue have, and whether it is suspended', async () => {
  const [held] = await rows(`SELECT count(*) AS n FROM slip_indexed WHERE shard = 2 AND presence = 'indexed'`)
  await set(`state = 'closed', reason = 'moves', weight = 2.5`, 2)
  await rows(
    `INSERT INTO slip_breaker (kind, name, failures, reason, since, next_probe)
     VALUES ('shard', 'main/1', 3, 'no answer', ${later(library.state.db, 0)}, ${later(library.state.db, 60)})`,
  )
  const { out, code } = await ctl('shards', 'list')
  expect(code).toBe(0)
  expect(out).toMatch(/^main\/1 +open, suspended +1 +\d+ .* no answer$/m)
  expect(out).toMatch(new RegExp(`^main/2 +closed +2.5 +${held?.n} +[0-9.]+ [kM]B +never +0 .* moves$`, 'm'))
  const { shards, withoutShard } = await json('shards', 'list', '--target', 'main')
  expect(shards).toMatchObject([
    { target: 'main', shard: 1, state: 'open', suspendedFor: 'no answer', away: null },
    {
      target: 'main',
      shard: 2,
      state: 'closed',
      weight: 2.5,
      documents: held?.n,
      diskFree: null,
      waiting: 0,
      suspendedFor: null,
    },
  ])
  expect(withoutShard).toEqual([{ target: 'main', items: 0 }])
})

test('an engine that does not answer hides nothing of what the tables know, and is told', async () => {
  const config = parse(readFileSync(library.configFile, 'utf8'))
  const { door, url } = await Door.to(config.targets.main.urls[0])
  door.close()
  const file = join(library.folder, 'away.yaml')
  writeFileSync(file, stringify({ ...config, targets: { main: { ...config.targets.main, urls: [url] } } }))
  const { out, err, code } = await slipctl(['shards', 'list', '--config', file])
  expect({ code, lines: out.match(/^main\/\d +open, away +1 /gm) }).toMatchObject({ code: 0, lines: { length: 2 } })
  expect(err).toMatch(/^main\/2: .*ECONNREFUSED/m)
})

test('verify --doubled ends with 3 and prints the items that lie in two shards, and with 0 where there is none', async () => {
  const [item] = await rows(`SELECT htid, shard FROM slip_indexed WHERE presence = 'indexed' ORDER BY htid LIMIT 1`)
  const { htid, shard } = item as { htid: string; shard: number }
  const [{ n }] = (await rows(`SELECT count(*) AS n FROM slip_indexed WHERE presence = 'indexed'`)) as [{ n: number }]
  expect(await ctl('verify', '--doubled')).toMatchObject({ code: 0, out: `main: ${n} documents, none in two shards\n` })
  await library.engine.post(3 - shard, [document({ id: htid, fence: 10 })])
  const told = await ctl('verify', '--doubled', '--target', 'main')
  expect(told).toMatchObject({ code: 3, out: `${htid}\n` })
  expect(told.err).toMatch(
    new RegExp(`^main: 1 item in two shards or more, of ${n + 1} documents; .* index adopt main$`, 'm'),
  )
  const { code, out } = await ctl('verify', '--doubled', '--json')
  expect({
    code,
    lines: out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  }).toEqual({
    code: 3,
    lines: [
      { target: 'main', htid, shards: [1, 2] },
      { target: 'main', documents: n + 1, doubled: 1 },
    ],
  })
  await library.engine.remove(3 - shard, [{ id: htid, fence: 11, rev: 1 }])
})

test('shards are closed and opened by name, and say what they were before', async () => {
  const closed = await ctl('shards', 'close', 'main/2', '--reason', 'moves')
  expect(closed).toMatchObject({ code: 0, out: 'closed main/2; it was open\n', err: '' })
  expect((await ctl('shards', 'list')).out).toMatch(/^main\/2 +closed .* moves \(\S+@\S+\)$/m)
  expect((await ctl('shards', 'close', 'main/2')).out).toMatch(/^main\/2 was closed already: moves/)
  expect((await ctl('shards', 'open', 'main/1', 'main/2')).out).toMatch(
    /^main\/1 was open already\nopened main\/2; it was closed: \(\S+\)\n$/,
  )
  expect(await states()).toEqual(['1 open', '2 open'])
})

test('closing the last shard that takes new items says that they wait', async () => {
  expect((await ctl('shards', 'weigh', 'main/1', '0')).err).toBe('')
  expect(await ctl('shards', 'close', 'main/2')).toMatchObject({
    code: 0,
    err: 'main: no shard is open and has a weight; new items wait in the queue\n',
  })
})

test('of several shards all are opened or none; one that is behind is refused with the command that heals it', async () => {
  await set(`state = 'closed', reason = ''`)
  await set(
    `state = 'behind', state_before = 'open', behind_from = ${later(library.state.db, -60)}, reason = 'emptied'`,
    2,
  )
  expect(await ctl('shards', 'open', 'main/1', 'main/2')).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /^slipctl: SHARD_SET_BACK: shard main\/2 is behind \(emptied\); first: slipctl index repair main\n/,
    ),
  })
  expect(await states()).toEqual(['1 closed', '2 behind'])
})

test('a shard that is not there is refused with the nearest, and a weight that is none', async () => {
  for (const words of [
    ['open', 'main/9'],
    ['close', 'main/1', 'main/9'],
    ['weigh', 'main/9', '1'],
  ])
    expect(await ctl('shards', ...words)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no shard main\/9; did you mean main\/1\?; known: main\/1, main\/2/),
    })
  for (const weight of ['heavy', '1e9'])
    expect(await ctl('shards', 'weigh', 'main/1', weight)).toMatchObject({
      code: 2,
      err: expect.stringContaining('a weight is a number from 0 to 1000000'),
    })
  expect(await states()).toEqual(['1 open', '2 open'])
})

test('a weight is set and told beside the one before', async () => {
  expect((await ctl('shards', 'weigh', 'main/1', '0.5')).out).toBe('main/1 weighs 0.5 now, 1 before\n')
  expect(await json('shards', 'weigh', 'main/1', '0.5')).toEqual({
    target: 'main',
    shard: 1,
    weight: 0.5,
    changed: false,
    before: { state: 'open', weight: 0.5, reason: '' },
  })
})
