import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { contentDigest } from '../../../src/indexer/assemble/digest.ts'
import { sampleDigests } from './sample-digests.ts'

const known = JSON.parse(readFileSync(join(import.meta.dirname, 'known-digests.json'), 'utf8'))

/**
 * A change of these digests is a change of documents: after the upgrade every item of every index is another than the
 * ledger says. Where that is meant, sample-digests.ts writes them anew.
 */
describe('the digests of the sample library', () => {
  test('are those of every release before', async () => {
    expect(await sampleDigests()).toEqual(known)
  })

  test('are the same on a host of another language, time zone, name and folder', async () => {
    const env = { ...process.env, LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu', HOSTNAME: 'other' }
    const child = spawn(process.execPath, [join(import.meta.dirname, 'sample-digests.ts')], { env, cwd: '/' })
    expect(await json(child.stdout)).toEqual(known)
  })
})

test('a digest is SHA-256 over name, length and bytes of each field in the order of names, cut at 128 bits', () => {
  const of = (...fields: [string, string][]) =>
    contentDigest(new Map(fields.map(([name, value]) => [name, Buffer.from(value)])))
  expect(of()).toBe('e3b0c44298fc1c149afbf4c8996fb924')
  expect(of(['a', '1'], ['b', '2'])).toBe(of(['b', '2'], ['a', '1']))
  expect(of(['a', '1'], ['b', '2'])).not.toBe(of(['a', '1'], ['b', '']))
  expect(of(['a', '12'])).not.toBe(of(['a', '1'], ['2', '']))
  expect(of(['rev', '1'])).toBe('18790bca72dbf37211f944d1254d36a1')
})
