import { expect, test } from 'vitest'
import { readMets } from '../../../src/indexer/mets/read-mets.ts'

/** A physical structMap of these divs; a page has a file that is called as its label. */
function pagesOf(inside: string, maps = 1) {
  const labels = [...inside.matchAll(/ORDERLABEL="(\w+)"/g)].map(([, label]) => label!)
  const files = labels.map((label) => `<file ID="F${label}"><FLocat x:href="${label}.xml"/></file>`)
  const map = `<structMap TYPE="PHYSICAL"><div TYPE="physSequence">${inside}</div></structMap>`
  const mets = `<mets xmlns="http://www.loc.gov/METS/" xmlns:x="http://www.w3.org/1999/xlink">
    <fileSec><fileGrp USE="FULLTEXT">${files.join('')}</fileGrp></fileSec>${map.repeat(maps)}</mets>`
  return readMets(Buffer.from(mets)).pages.map(({ order, label, file }) => `${order} ${label} ${file}`)
}
const page = (order: number, label: string) =>
  `<div TYPE="page" ORDER="${order}" ORDERLABEL="${label}"><fptr FILEID="F${label}"/></div>`
const part = (order: number | null, ...inside: string[]) =>
  `<div TYPE="part"${order === null ? '' : ` ORDER="${order}"`}>${inside.join('')}</div>`
const inOrder = (...labels: string[]) => labels.map((label, index) => `${index + 1} ${label} ${label}.xml`)

test('pages whose ORDER begins anew in the divs they are in come in the order of these', () => {
  const issue = (order: number | null) => part(order, page(2, 'a2'), page(1, 'a1'))
  const supplement = (order: number | null) => part(order, page(1, 'b1'), page(2, 'b2'))
  expect(pagesOf(issue(1) + supplement(2))).toEqual(inOrder('a1', 'a2', 'b1', 'b2'))
  expect(pagesOf(issue(10) + supplement(9))).toEqual(inOrder('b1', 'b2', 'a1', 'a2'))
  expect(pagesOf(issue(null) + supplement(null))).toEqual(inOrder('a1', 'a2', 'b1', 'b2'))
  expect(pagesOf(part(1, part(2, issue(2), supplement(1))) + page(3, 'c3'))).toEqual(
    inOrder('b1', 'b2', 'a1', 'a2', 'c3'),
  )
})

test('pages whose ORDER is that of the volume keep it, whatever divs they are in', () => {
  expect(pagesOf(part(2, page(1, 'a'), page(12, 'b')) + part(1, page(3, 'c')))).toEqual([
    '1 a a.xml',
    '3 c c.xml',
    '12 b b.xml',
  ])
})

test.each([
  ['pages of one div', part(1, page(1, 'a'), page(2, 'b'), page(1, 'c'))],
  ['divs with pages', part(1, page(1, 'a')) + part(1, page(1, 'b'))],
  ['a page and a div beside it', page(2, 'a') + part(2, page(2, 'b'))],
])('two siblings of one ORDER are METS_PAGE_ORDER: %s', (_, inside) => {
  expect(() => pagesOf(inside)).toThrow(expect.objectContaining({ code: 'METS_PAGE_ORDER' }))
})

test('the same pages in two physical structMaps are METS_PAGE_ORDER', () => {
  expect(() => pagesOf(page(1, 'a') + page(2, 'b'), 2)).toThrow(expect.objectContaining({ code: 'METS_PAGE_ORDER' }))
})
