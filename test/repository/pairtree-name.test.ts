import { isAbsolute, join, normalize } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { htidOf, pairtreeName } from '../../src/repository/pairtree-name.ts'

const printable = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((c) => String.fromCharCode(c)),
  minLength: 1,
  maxLength: 60,
})
const namespace = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,9}$/)
const htid = fc.tuple(namespace, printable).map((parts) => parts.join('.'))

describe('pairtree names', () => {
  test.each([
    ['mdp.39015078560292', 'mdp/pairtree_root/39/01/50/78/56/02/92/39015078560292'],
    ['uc2.ark:/13960/t4mk66f1d', 'uc2/pairtree_root/ar/k+/=1/39/60/=t/4m/k6/6f/1d/ark+=13960=t4mk66f1d'],
    ['miun.aaa0001.0001.001', 'miun/pairtree_root/aa/a0/00/1,/00/01/,0/01/aaa0001,0001,001'],
    ['uc1.$b123', 'uc1/pairtree_root/$b/12/3/$b123'],
    ['test.a+b=c,d^e*', 'test/pairtree_root/a^/2b/b^/3d/c^/2c/d^/5e/e^/2a/a^2bb^3dc^2cd^5ee^2a'],
    ['test...', 'test/pairtree_root/,,/,,'],
  ])('%s lies in %s', (id, folder) => {
    expect(pairtreeName(id).folder).toBe(folder)
  })

  test.each([
    '',
    'mdp',
    'mdp.',
    '.39015',
    '../x.y',
    'a/b.c',
    'mdp.a b',
    'mdp.a\0b',
    'mdp.é',
    'MDP.1',
    `mdp.${'x'.repeat(252)}`,
    `mdp.${'"'.repeat(100)}`,
  ])('an id that is no id or no file name is refused: %j', (id) => {
    expect(() => pairtreeName(id)).toThrow(expect.objectContaining({ code: 'ITEM_ID_INVALID' }))
  })

  test('the id is recovered from namespace and object folder', () => {
    fc.assert(
      fc.property(htid, (id) => {
        const name = pairtreeName(id)
        expect(htidOf(name.namespace, name.object)).toBe(id)
      }),
    )
  })

  test('two ids never share a folder', () => {
    fc.assert(
      fc.property(htid, htid, (a, b) => {
        expect(pairtreeName(a).folder === pairtreeName(b).folder).toBe(a === b)
      }),
    )
  })

  test('a place is always below the root, whatever the id', () => {
    const anyString = fc.oneof(htid, fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z]+[./\\]+$/))
    fc.assert(
      fc.property(anyString, (id) => {
        let folder: string
        try {
          folder = pairtreeName(id).folder
        } catch (error) {
          expect(error).toMatchObject({ code: 'ITEM_ID_INVALID' })
          return
        }
        expect(isAbsolute(folder)).toBe(false)
        expect(normalize(join('/base', folder))).toBe(`/base/${folder}`)
        expect(folder).not.toContain('\0')
        for (const part of folder.split('/')) expect(['', '.', '..']).not.toContain(part)
      }),
    )
  })

  test('a folder whose name no id leads to has no id', () => {
    for (const object of ['a.b', 'a^2Bb', 'a^41', 'a b', 'a^', '']) expect(htidOf('mdp', object)).toBeNull()
    expect(htidOf('m.dp', 'a')).toBeNull()
  })
})
