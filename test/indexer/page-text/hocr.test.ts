import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { plainText } from '../../../src/indexer/page-text/formats.ts'
import { withoutReferences } from '../../../src/indexer/page-text/references.ts'
import { openPairtree } from '../../../src/repository/pairtree.ts'
import { linesOf } from './read.ts'

const page = (inside: string) =>
  `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title><meta name="x" content="no"/></head><body>${inside}</body></html>`
const line = (...words: string[]) => `<span class='ocr_line'>${words.join('')}</span>`
const word = (text: string) => `<span class='ocrx_word' title='bbox 1 2 3 4'>${text}</span>`

describe('a page of hOCR', () => {
  test('has a line for each ocr_line, and its words apart, whatever blanks and lines the source has', () => {
    const lines = [line(word('one'), word('two')), line(`\n  ${word('three')}\n  ${word('<em>fo</em>ur')}\n`)]
    expect(
      linesOf(page(`<div class="ocr_page"><p class="ocr_par">${lines.join('\n')}</p></div>`)).map((each) =>
        each.trim(),
      ),
    ).toEqual(['one two', 'three four'])
  })

  test.each([
    ['<table><tr><th>a</th><td>b</td><td>c</td></tr><tr><td>d<td>e</table>f', ['a b c', 'd e', 'f']],
    ['<dl><dt>a</dt><dd>b</dd><dt>c<dd>d</dl>', ['a', 'b', 'c', 'd']],
    ['<blockquote>a</blockquote>b<ul><li>c</ul>d', ['a', 'b', 'c', 'd']],
    ['<section>a</section><figure>b<figcaption>c</figcaption></figure><ol>d</ol>', ['a', 'b', 'c', 'd']],
    ['a<i>b</i><sup>c</sup>', ['abc']],
  ])('has blocks on lines of their own and the cells of a row apart: %s', (inside, expected) => {
    expect(linesOf(page(inside))).toEqual(expected)
  })

  test('may be an ocr_page without a document around it', () => {
    expect(
      linesOf(`<div class="ocr_page">${line(word('one'))}</div>`)
        .join('')
        .trim(),
    ).toBe('one')
  })

  test('has of alternative readings the one that was inserted', () => {
    const read = word('<span class="alternatives"><ins class="alt">right</ins><del class="alt">wrong</del></span>')
    expect(
      linesOf(page(line(read, word('<del>struck</del>'))))
        .join('')
        .trim(),
    ).toBe('right struck')
  })

  test('has nothing of head, script, style and comments', () => {
    expect(
      linesOf(page(`<script>no</script><!-- no --><style>no</style>${line(word('yes'))}`))
        .join('')
        .trim(),
    ).toBe('yes')
  })

  test('needs neither the end of head nor body', () => {
    const whole = `<html><head><meta name="x"><title>no</title><div class="ocr_page">${line(word('lost'))}</div></html>`
    expect(linesOf(whole).join('').trim()).toBe('lost')
    expect(
      linesOf(`<html><head><title>no</title><body>${line(word('found'))}`)
        .join('')
        .trim(),
    ).toBe('found')
  })

  test.each([
    '<meta charset="iso-8859-1">',
    '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">',
  ])('is in the encoding that %s says, unless it reads as UTF-8', (meta) => {
    const text = `<html><head>${meta}</head><body><p>déjà</p></body></html>`
    for (const bytes of [Buffer.from(text), Buffer.from(text, 'latin1')]) {
      const read = plainText(bytes, { file: 'p.html', format: null, mime: null }, { dehyphenate: false })
      expect(read.toString('utf8').trim()).toBe('déjà')
    }
  })

  test('has references of HTML decoded, and those it does not know as they stand', () => {
    expect(linesOf(page('<p>&eacute;&#233;&shy;&mdash;&quot; &72 &HiFi;'))).toEqual(['éé\u00ad—" &72 &HiFi;'])
  })

  test.each([
    ['a < in the text', '1 <2 a<b <«»', '1 <2 a<b <«»'],
    ['a broken comment', `!'<!--,,,${line(word('after'))}`, "!'<!--,,,"],
    ['a broken comment and a real one', `<!--,,${line(word('after'))}<!-- no -->`, '<!--,,'],
    ['a broken instruction', `<?«»?>i<5t`, '<?«»?>i<5t'],
    ['elements that are not closed', `<p><b>bold${line(word('x'))}`, 'bold'],
    ['elements closed in the wrong place', '</span></div>here</p>', 'here'],
  ])('loses nothing to %s', (_, inside, expected) => {
    expect(linesOf(page(inside)).join('')).toContain(expected)
  })
})

const data = '../shared/data/hocr'
describe.skipIf(!existsSync(data))('real pages (skipped when ../shared/data is absent)', () => {
  test.each([
    ['hocr_broken_comment.html', "!'<!--,,,>"],
    ['hocr_broken_pis.html', '<?«»«?>i<5t»<?».'],
    ['hocr_broken_entities.html', '&HiFi-i?cBßfl'],
    ['misplaced_closing.html', 'UNIVERSITY OF ARKANSAS'],
    ['missing_closing.html', 'THi LANCASTER DAILY INTELLIGENCER'],
    ['issue_288.hocr', 'aveva un grande significato storico.'],
    ['chronicling_hocr/seq-1.html', 'IMPORTANT CHANGE'],
  ])('%s keeps every word, in order', (name, broken) => {
    const bytes = readFileSync(`${data}/dbmdz/${name}`)
    const text = linesOf(bytes).join('\n')
    expect(text).toContain(broken)
    const words = wordsOf(bytes).filter((each) => /^[^<&]+$/.test(each))
    expect(words.length).toBeGreaterThan(500)
    let at = 0
    for (const each of words) {
      const found = text.indexOf(each, at)
      expect(found, each).toBeGreaterThanOrEqual(0)
      at = found + each.length
    }
  })

  test('a book of 347 pages in one file has its words and no others', () => {
    const bytes = gunzipSync(readFileSync(`${data}/histoire-du-perou-1840.347pages.hocr.html.gz`))
    const expected = wordsOf(bytes)
      .map(withoutReferences)
      .map((each) => Buffer.from(each, 'latin1').toString())
    // Its hyphens stand behind the words.
    const words = linesOf(bytes).join(' ').replaceAll('\u00ad', '').trim().split(/\s+/)
    expect(words).toEqual(expected.join(' ').trim().split(/\s+/))
    expect(words.length).toBeGreaterThan(50_000)
  })
})

const volumes = '../shared/data/volumes/sdr1/obj'
test.skipIf(!existsSync(volumes))(
  'the hOCR of each of 347 pages has the words of its plain text (skipped when ../shared/data is absent)',
  async () => {
    const volume = await openPairtree({ root: volumes }).open('test.perou1840')
    onTestFinished(() => volume.close())
    const names = (await volume.list()).filter((name) => name.endsWith('.txt')).sort()
    expect(names).toHaveLength(347)
    const plain = await volume.readPages(names)
    const keep = (bytes: Buffer, file: string) =>
      plainText(bytes, { file, mime: null, format: null }, { dehyphenate: true })
    const markup = await volume.readPages(
      names.map((name) => name.replace(/txt$/, 'html')),
      { keep },
    )
    for (const [index, text] of plain.entries()) expect(words(markup[index]!), names[index]).toEqual(words(text))
  },
)

const words = (text: Buffer): string[] => text.toString().replaceAll('\u00ad', '').trim().split(/\s+/)

/** The contents of the words of a file that are closed as they should be. */
function wordsOf(bytes: Buffer): string[] {
  const words = bytes.toString().matchAll(/<span class=['"]ocrx_word['"][^>]*>([^<]*)<\/span>/g)
  return [...words].map(([, text]) => text!.trim()).filter((text) => text !== '')
}
