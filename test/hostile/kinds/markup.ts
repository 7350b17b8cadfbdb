import type { Random } from '../../../samples/random.ts'
import { type Kind, nth, type VolumeInput } from '../kind.ts'
import { bytesOf, placeIn, type Span, withByteChanged, withPieceMoved, xmlSpans } from '../places.ts'
import { type Packed, zipBytes } from '../zip-bytes.ts'

type Page = Buffer | string
const names = ['ALTO/1.xml', 'PAGE/2.xml', 'HOCR/3.html'] as const

const alto = `<?xml version="1.0" encoding="UTF-8"?><!-- c --><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page ID="P"><PrintSpace><TextBlock ID="b"><TextLine><String CONTENT="Call&amp;me" HPOS="1"/><SP/><String CONTENT="Ish" SUBS_TYPE="HypPart1" SUBS_CONTENT="Ishmael"/><HYP CONTENT="-"/></TextLine><TextLine><String CONTENT="mael" SUBS_TYPE="HypPart2" SUBS_CONTENT="Ishmael"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>`
const pageXml = `<?xml version="1.0"?><?x y?><PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Page imageFilename="2.jpg"><TextRegion id="r"><TextLine id="l"><TextEquiv index="0"><Unicode><![CDATA[Some years]]> ago</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>`
const hocr = `<!DOCTYPE html><html><head><title>x</title></head><body><div class="ocr_page" title="bbox 0 0 1 1"><span class="ocr_line"><span class="ocrx_word">having</span> <span class="ocrx_word">little &lt;</span></span></div></body></html>`
const sound: readonly string[] = [alto, pageXml, hocr]
const spans: readonly (readonly Span[])[] = sound.map(xmlSpans)

/** METS as Kitodo writes it, its pages of three formats in folders of their own. */
const metsOf = (hrefs: readonly string[], more = ''): string => {
  const files = hrefs.map(
    (href, index) => `<file ID="F${index}" MIMETYPE="text/xml"><FLocat LOCTYPE="URL" l:href="${href}"/></file>`,
  )
  const divs = hrefs.map(
    (_, index) => `<div ID="D${index}" TYPE="page" ORDER="${index + 1}"><fptr FILEID="F${index}"/></div>`,
  )
  return `<?xml version="1.0"?><mets xmlns="http://www.loc.gov/METS/" xmlns:l="http://www.w3.org/1999/xlink"><fileSec><fileGrp USE="FULLTEXT">${files.join('')}</fileGrp></fileSec><structMap TYPE="PHYSICAL"><div TYPE="physSequence">${divs.join('')}</div></structMap>${more}</mets>`
}
const soundMets = metsOf(names)

const folder = (pages: readonly Page[], mets: string = soundMets): VolumeInput => ({
  of: 'volume',
  repository: 'directory',
  mets,
  zip: null,
  files: Object.fromEntries(names.map((name, index) => [name, pages[index]!])),
})
export const withPage = (index: number, page: Page) => folder(sound.map((each, at) => (at === index % 3 ? page : each)))
const withCut = (page: number, random: Random, index: number) =>
  withPage(page, bytesOf(spans[page]!).subarray(0, placeIn(spans[page]!, random, index)))
/** An item that is one zip, with as many pages as there are. */
export const markupZip = (
  pages: readonly Pick<Packed, 'data' | 'packed'>[],
  files = pages.map((_, index) => `ALTO/${index}.xml`),
): VolumeInput => ({
  of: 'volume',
  repository: 'zip',
  mets: null,
  zip: zipBytes([
    { path: 'x/mets.xml', data: metsOf(files) },
    ...pages.map((page, index) => ({ ...page, path: `x/${files[index]}` })),
  ]),
})

/** The same item in one zip. */
const zipped = (pages: readonly string[]) =>
  markupZip(
    pages.map((data) => ({ data })),
    [...names],
  )

const secrets = ['../other/secret.txt', '../../secret.txt', '/etc/passwd', '../other/other.mets.xml']
const writings: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `ALTO/${path}`,
  (path) => `./${path}`,
  (path) => `file://${path}`,
  (path) => `file://./${path}`,
  (path) => `file:${path}`,
  (path) => `file:///${path}`,
  (path) => `http://192.0.2.1/${path}`,
  (path) => `//192.0.2.1/${path}`,
  (path) => path.replaceAll('.', '%2e').replaceAll('/', '%2f'),
  (path) => path.replaceAll('.', '%252e').replaceAll('/', '%252f'),
  (path) => path.replaceAll('..', '%c0%ae%c0%ae'),
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replaceAll('/', '&#x5c;'),
  (path) => `${path}&#0;.xml`,
  (path) => `${path}%00.xml`,
  (path) => `\t${path}`,
  (path) => `ALTO//${path}`,
  (path) => `${'a/'.repeat(600)}${path}`,
  (path) => `ALTO/1.xml/${path}`,
]

const bombs = [
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
  '<!DOCTYPE a [<!ENTITY b SYSTEM "../../secret.txt">]>',
  '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
  '',
]
const bombed = (index: number): string => {
  const used = sound[index % 3]!.replace('&amp;', '&b;').replace(' ago', ' &b; ago').replace('&lt;', '&b;')
  return used.replace(/<!DOCTYPE html>/, '').replace(/<(alto|PcGts|html)/, `${nth(bombs, Math.floor(index / 3))}<$1`)
}

const long = 200_000
const extremes: readonly Page[] = [
  '',
  '<',
  '<?xml',
  '<!--',
  '<alto',
  '<alto>',
  '<alto/>',
  '<alto xmlns="x"/>',
  '<html>',
  '<div>',
  '<svg/>',
  '{"a":1}',
  '\uFEFF',
  '\0',
  '<alto>'.repeat(long),
  '<span>'.repeat(long),
  `<html>${'<b '.repeat(long)}`,
  `<html>${'<'.repeat(long)}`,
  `<html>${'&'.repeat(long)}`,
  `<html>${'<!--'.repeat(long)}`,
  `<alto>${'<x '.repeat(long)}`,
  `<alto ${'a="1" '.repeat(long)}/>`,
  `<alto><!--${'--'.repeat(long)}`,
  `<alto>${'<![CDATA['.repeat(long)}`,
  `<alto>${'<?'.repeat(long)}`,
  `<alto><String CONTENT="${'&#1;'.repeat(long)}"/></alto>`,
  `<alto><String CONTENT="${'x'.repeat(long * 10)}"/></alto>`,
  `<alto><String CONTENT="&#xD83D;&#xDE00;"/></alto>`,
  `<alto>${'<String/>'.repeat(long)}</alto>`,
  `<alto>${'<HYP/>'.repeat(long)}</alto>`,
  `${' '.repeat(long)}<alto/>`,
  `${'<!-- -->'.repeat(long / 10)}<alto/>`,
  `${'<?x?>'.repeat(long / 10)}<alto/>`,
  Buffer.from(`\uFEFF${alto.replace('UTF-8', 'UTF-16')}`, 'utf16le'),
  Buffer.from(alto, 'utf16le'),
  alto.replace('UTF-8', 'x-none'),
  Buffer.from(alto.replace('UTF-8', 'UTF-7')),
  Buffer.from(alto.replace('Call', 'C\xe4ll'), 'latin1'),
  `<PcGts><Page><ReadingOrder>${'<OrderedGroup>'.repeat(150)}${'</OrderedGroup>'.repeat(150)}</ReadingOrder></Page></PcGts>`,
  pageXml.replace(
    '<TextRegion',
    '<ReadingOrder><OrderedGroup id="r"><RegionRefIndexed index="0" regionRef="r"/><RegionRefIndexed index="1" regionRef="r"/></OrderedGroup></ReadingOrder><TextRegion',
  ),
]

const kind = (name: string, cases: number, make: Kind['make'], ends?: readonly string[]): Kind => ({
  subject: 'ALTO, PAGE, hOCR',
  name,
  cases,
  make,
  ...(ends === undefined ? {} : { ends }),
})

/** Items in a folder or in one zip, their pages markup. */
export const markupKinds: readonly Kind[] = [
  kind(
    'sound, in a folder and in a zip',
    2,
    (_, index) => ({ ...nth([folder, zipped], index)(sound), text: 'Call&me Ishmael Some years ago having little <' }),
    ['document'],
  ),
  kind('XML cut in every kind of place', 60, (random, index) => withCut(index % 2, random, index >> 1), [
    'PAGE_UNREADABLE',
  ]),
  kind('HTML cut in every kind of place', 30, (random, index) => withCut(2, random, index)),
  kind('a byte changed in every kind of place', 90, (random, index) =>
    withPage(
      index,
      withByteChanged(bytesOf(spans[index % 3]!), placeIn(spans[index % 3]!, random, Math.floor(index / 3)), random),
    ),
  ),
  kind('a piece taken out, put in twice, put elsewhere', 30, (random, index) =>
    withPage(index, withPieceMoved(Buffer.from(sound[index % 3]!), random)),
  ),
  kind('an entity bomb, or an external entity', 12, (_, index) => withPage(index, bombed(index))),
  kind('nothing, or one thing 200,000 times', 40, (_, index) => withPage(index, nth(extremes, index))),
  kind(
    'an href that leads out of the item, in twenty writings',
    80,
    (random, index) => folder(sound, metsOf([nth(writings, index)(random.pick(secrets)), names[1], names[2]])),
    ['error'],
  ),
  kind(
    'a link to what is outside',
    12,
    (_random, index) => {
      const files: VolumeInput['files'] = folder(sound).files!
      const link = nth(
        ['a file of another item', 'a file above', 'the METS of another item', 'a file of the system'] as const,
        index,
      )
      if (index % 2 === 0) return { ...folder(sound), files: { ...files, [nth(names, index)]: { link } } }
      const { [names[0]]: _, ...others } = files
      const to = nth(['the folder of another item', 'the folder above', 'a folder of the system'] as const, index)
      const named = metsOf([`ALTO/${nth(['secret.txt', 'mdp/other/secret.txt', 'passwd'], index)}`, names[1], names[2]])
      return { ...folder(sound, named), files: { ...others, ALTO: { link: to } } }
    },
    ['PAGE_MISSING'],
  ),
  kind('folders, too many of them, of the same name or in each other', 4, (_, index) => {
    const beside = metsOf(names).replace('USE="FULLTEXT"', 'USE="IMAGES"')
    const copies = nth(
      [
        ['a_alto', 'b_alto'],
        ['a_alto', 'a_alto/deep'],
        ['ALTO', 'alto'],
        ['case_alto', 'x_alto'],
      ],
      index,
    )
    return {
      ...folder(sound, beside),
      files: Object.fromEntries(copies.flatMap((name) => [1, 2, 3].map((page) => [`${name}/${page}.xml`, alto]))),
    }
  }),
]
