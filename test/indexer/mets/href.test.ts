import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainName, relativePath } from '../../../src/indexer/mets/href.ts'

const outside: [what: string, href: string][] = [
  ['..', '..'],
  ['.. at the start', '../1.xml'],
  ['.. in the middle', 'ALTO/../../1.xml'],
  ['.. at the end', 'ALTO/..'],
  ['.. behind file://./', 'file://./../1.xml'],
  ['.. percent-encoded', '%2e%2e/1.xml'],
  ['a slash percent-encoded twice', 'ALTO%252F1.xml'],
  ['.. percent-encoded twice', '%252e%252e/1.xml'],
  ['an absolute path', '/etc/passwd'],
  ['an absolute path percent-encoded', '%2fetc/passwd'],
  ['an absolute file URL', 'file:///opt/digiverso/1.xml'],
  ['a file URL of a host', 'file://host/1.xml'],
  ['a file URL of a folder', 'file://..'],
  ['a URL', 'http://example.org/1.xml'],
  ['a URL without a scheme', '//example.org/1.xml'],
  ['a drive', 'C:/1.xml'],
  ['a backslash', '.\\tif\\1.xml'],
  ['a backslash percent-encoded', '..%5c1.xml'],
  ['NUL', '1.xml%00'],
  ['a control character', 'a\nb.xml'],
  ['a stream of a file', '1.xml:secret'],
  ['broken percent-encoding', '1%zz.xml'],
  ['percent-encoding that is no UTF-8', '%ff.xml'],
  ['nothing', ''],
  ['the folder itself', './'],
  ['an empty name', 'ALTO//1.xml'],
  ['. in the middle', 'ALTO/./1.xml'],
  ['a folder', 'ALTO/'],
  ['a name that is too long', 'x'.repeat(256)],
  ['a path that is too long', 'x/'.repeat(600)],
]

test.each(outside)('an href with %s is refused', (_, href) => {
  expect(relativePath(href)).toBeNull()
  expect(plainName(href)).toBeNull()
})

test.each([
  ['1.xml', '1.xml'],
  ['ALTO/1.xml', 'ALTO/1.xml'],
  ['./ALTO/1.xml', 'ALTO/1.xml'],
  ['file://./ALTO/1.xml', 'ALTO/1.xml'],
  ['file://ph418_(2)_001.xml', 'ph418_(2)_001.xml'],
  ['a%20b/%C3%A9.xml', 'a b/é.xml'],
  ['.hidden/..1.xml', '.hidden/..1.xml'],
])('the path %s is taken as %s', (href, path) => expect(relativePath(href)).toBe(path))

test.each(['1.xml', 'a b.txt', '..1.txt'])('the name %s is taken as it is', (name) =>
  expect(plainName(name)).toBe(name),
)

test('a path that is taken never leaves its folder', () => {
  const pieces = fc.constantFrom('..', '.', '/', '\\', '%2e', '%252e', '%2f', '%00', 'a', ':', 'file://', '%', ' ')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const path = relativePath(parts.join(''))
      if (path === null) return
      expect(posix.resolve('/item/folder', path)).toBe(`/item/folder/${path}`)
      expect(path).not.toMatch(/(?:^|\/)\.{0,2}(?:\/|$)|[\\:\x00-\x1f]/)
    }),
    { numRuns: 500 },
  )
})
