import type { Kind, VolumeInput } from '../kind.ts'

const many = 100_000

/** An element of the page file that an area can begin at, on a page of its own or not. */
const block = (id: number) => `<TextBlock ID="b${id}"><TextLine><String CONTENT="w${id}"/></TextLine></TextBlock>`
const page = (...ids: number[]) => `<Page>${ids.map(block).join('')}</Page>`
const alto = (pages: readonly string[]) => `<alto><Layout>${pages.join('')}</Layout></alto>`

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
const area = (begin: number, file = 0) => `<fptr><area FILEID="F${file}" BETYPE="IDREF" BEGIN="b${begin}"/></fptr>`
const whole = '<fptr FILEID="F0"/>'

/** METS as Kitodo writes it. Its first file is the text of all pages, and so many others are images; `divs`: what is in each page. */
const metsOf = (divs: readonly string[], images = 0): string => {
  const file = (id: number, href: string) => `<file ID="F${id}"><FLocat l:href="${href}"/></file>`
  const group = (use: string, files: readonly string[]) => `<fileGrp USE="${use}">${files.join('')}</fileGrp>`
  const pages = divs.map((each, index) => `<div TYPE="page" ORDER="${index + 1}">${each}</div>`)
  return `<mets xmlns="http://www.loc.gov/METS/" xmlns:l="http://www.w3.org/1999/xlink"><fileSec>${group('FULLTEXT', [file(0, 'all.xml')])}${group(
    'DEFAULT',
    numbers(1, images).map((id) => file(id, `${id}.jpg`)),
  )}</fileSec><structMap TYPE="PHYSICAL"><div TYPE="physSequence">${pages.join('')}</div></structMap></mets>`
}

const kind = (name: string, ends: Kind['ends'] & {}, mets: () => string, text: () => string): Kind => ({
  subject: 'METS',
  name,
  cases: 1,
  isLarge: true,
  ends,
  make: (): VolumeInput => ({
    of: 'volume',
    repository: 'directory',
    mets: mets(),
    zip: null,
    files: { 'all.xml': text() },
  }),
})

/** Structural maps that point into files, over and over. */
export const areaKinds: readonly Kind[] = [
  kind(
    '100,000 areas of one file in one page',
    ['document'],
    () =>
      metsOf([
        numbers(0, many)
          .map((id) => area(id))
          .join(''),
        area(many),
      ]),
    () => alto([page(...numbers(0, many)), page(many)]),
  ),
  kind(
    '100,000 areas of as many files in one page',
    ['document'],
    () =>
      metsOf(
        [
          numbers(1, many)
            .map((file) => area(0, file))
            .join('') + area(0),
          area(1),
        ],
        many,
      ),
    () => alto([page(0), page(1)]),
  ),
  kind(
    '100,000 pages in one file, pointed to',
    ['document'],
    () => metsOf(numbers(0, many).map((id) => area(id))),
    () => alto(numbers(0, many).map((id) => page(id))),
  ),
  kind(
    '100,000 pages in one file, in its order',
    ['document'],
    () => metsOf(numbers(0, many).map(() => whole)),
    () => alto(numbers(0, many).map((id) => page(id))),
  ),
  kind(
    '100,000 pages in one file, one of them not pointed to',
    ['METS_BAD_REFERENCE'],
    () => metsOf(numbers(0, many).map((id) => (id === many - 1 ? whole : area(id)))),
    () => alto([page(0)]),
  ),
]
