import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { imageName, plainName, relativePath, urlPart } from '../../../src/indexer/mets/href.ts'

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

test.each([
  ['https://example.org/retrieve/7f/0001.xml', '0001.xml', null],
  ['http://example.org/download/fulltext/alto3/16331005', '16331005', null],
  ['https://example.org/a%20b.xml?x=/../y#page%201', 'a b.xml', 'page 1'],
  ['HTTPS://user@example.org:8080/0001.tif.txt#', '0001.tif.txt', null],
])('the URL %s is that of a file called %s', (href, path, part) => {
  expect(urlPart(href)).toEqual({ url: href.replace(/#.*/, ''), path, part })
})

test.each([
  ['of a host', 'https://example.org'],
  ['of a folder', 'https://example.org/alto/'],
  ['without a host', 'https:///1.xml'],
  ['of another kind', 'ftp://example.org/1.xml'],
  ['without a scheme', '//example.org/1.xml'],
  ['that ends in ..', 'https://example.org/alto/..'],
  ['that ends in .. percent-encoded', 'https://example.org/alto/%2e%2e'],
  ['that ends in a slash percent-encoded', 'https://example.org/..%2f1.xml'],
  ['that ends in a slash percent-encoded twice', 'https://example.org/..%252f1.xml'],
  ['that ends in a backslash', 'https://example.org/..\\1.xml'],
  ['that ends in NUL', 'https://example.org/1.xml%00'],
  ['of a name that is too long', `https://example.org/${'x'.repeat(256)}`],
  ['of a query alone', 'https://example.org?file=1.xml'],
])('a URL %s is none of a file', (_, href) => expect(urlPart(href)).toBeNull())

test.each([
  ['image/0001.tif', '0001'],
  ['./x_tif\\0002.tif', '0002'],
  ['https://example.org/webcache/1000/737434', '737434'],
  ['https://example.org/image/0003.jpg?of=/a/b.png', '0003'],
  ['https://example.org/dc/PPN7-00000005/full/max/0/default.jpg', 'PPN7-00000005'],
  ['https://example.org/iiif/2/bsb1_00006/full/full/0/native.jpg', 'bsb1_00006'],
  ['https://example.org/iiif/7.tif/pct:0,0,50.5,50/!200,200/!90.5/gray.png', '7'],
  ['https://example.org/iiif/a%2Fb%2F00000008.jp2/square/1200,/0/color.webp', '00000008'],
  ['https://example.org/iiif/00000009.tif/info.json', '00000009'],
  ['full/max/0/default.jpg', 'default'],
])('the image %s is called %s', (href, name) => expect(imageName(href)).toBe(name))
