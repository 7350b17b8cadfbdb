import { describe, expect, test } from 'vitest'
import { collectionNames } from '../../../src/sources/marc/collection-names.ts'
import { countriesOf, countryNames } from '../../../src/sources/marc/country-names.ts'
import { geographicNames } from '../../../src/sources/marc/geographic-names.ts'
import { languageNames } from '../../../src/sources/marc/language-names.ts'
import { catalogueOf } from '../../../src/sources/marc/marc-catalogue.ts'
import { controlField, dataField, type MarcField } from '../../../src/sources/marc/marc-record.ts'

/** A data field as people write them: `650  0 $aWhales $zMaine`, two indicators behind the tag. */
function field(text: string): MarcField {
  const [head = '', ...subfields] = text.split(/\s?\$/)
  return dataField(
    head.slice(0, 3),
    head.slice(4, 6).padEnd(2),
    subfields.map((each) => [each[0]!, each.slice(1)] as const),
  )
}

const made = (...fields: readonly (string | MarcField)[]) =>
  catalogueOf({
    leader: '00000nas a2200000   4500',
    fields: [controlField('001', 'r1'), ...fields.map((each) => (typeof each === 'string' ? field(each) : each))],
  }).record

describe('names', () => {
  test('a body or a meeting that is the main entry is a contributor besides, a person is not', () => {
    expect(made('100 1  $aSacher, Harry $d1881-1971', '710 2  $aPress')).toMatchObject({
      mainauthor: ['Sacher, Harry 1881-1971'],
      author2: ['Press'],
    })
    expect(made('110 1  $aOregon. $bDepartment of Justice.').author2).toEqual(['Oregon. Department of Justice.'])
    expect(made('111 2  $aCongress $n(1st : $d1980)').author2).toEqual(['Congress (1st : 1980)'])
  })

  test('whoever is named in any form is found: on the title page, by function, by address, in linked works', () => {
    const names = made(
      '245 10 $aA book $cby H. Sacher.',
      '700 1  $aCervantes, Lino, $etranslator. $tCaza $0http://id.loc.gov/authorities/names/n1',
      '720    $aThe printer',
      '780 00 $aOregon. Attorney General. $tReport',
      '505 00 $tA chapter $rKenneth M. Macmorran',
    )
    expect(names).toMatchObject({
      author: ['Cervantes, Lino,'],
      author_top: [
        'by H. Sacher.',
        'Cervantes, Lino, translator. http://id.loc.gov/authorities/names/n1',
        'The printer',
        'Oregon. Attorney General.',
      ],
      author_rest: ['Kenneth M. Macmorran'],
    })
  })

  test('the key a name is sorted by has no accents, one comma, and nothing that rulers of catalogues add', () => {
    const keys: [string, string][] = [
      ['100 1  $aThorþórsson, Æsa, $d1881-1971, $eeditor', 'thorthorsson, aesa 1881 1971'],
      ['110 1  $aWisconsin. $bRailroad Commissioners’ Department.', 'wisconsin railroad commissioners department'],
      ['110 2  $aAT&T [New York]', 'at&t new york'],
      ['100 1  $aVi︠a︡tkin, M. P. $q(Mikhail Porfirʹevich)', 'viatkin, m p mikhail porfirevich'],
    ]
    for (const [text, key] of keys) expect(made(text).author_sortkey).toEqual([key])
  })
})

describe('titles', () => {
  test('those the volume goes by, and those of other forms, series, parts and linked works', () => {
    const titles = made(
      '130  0 $aLaws, etc. (Ordinances)',
      '245 04 $aThe report :$bof the year /$cby them.',
      '246 3  $aAnnual report',
      '247 10 $aFormer report $f1874-1875',
      '490 1  $aMonographs, $x0157-5767 ; $vno. 32',
      '505 0  $tA chapter $rsomebody',
      '700 1  $aCervantes, Lino. $tCaza.',
      '700 1  $aMilton, John, $n1',
      '774 0  $tBound with it',
      '780 00 $aOregon. $tOpinions.',
      '830  0 $aMonographs ;$vno. 32',
    )
    expect(titles).toMatchObject({
      title: ['The report : of the year'],
      title_a: ['The report'],
      title_ab: ['The report : of the year'],
      title_c: ['by them'],
      title_display: ['The report : of the year / by them'],
      titleSort: ['report : of the year'],
      title_top: ['Laws, etc. (Ordinances)', 'The report : of the year /', 'Former report 1874-1875'],
      title_rest: [
        'Annual report',
        'Former report',
        'Monographs, 0157-5767 ; no. 32',
        'A chapter',
        'Caza.',
        'Opinions.',
        'Monographs ; no. 32',
      ],
      series: ['Monographs ;'],
      series2: ['Monographs,'],
      serialTitle: ['The report : of the year'],
    })
  })

  test('an archive without a title has its kind; an article counts only where the title begins with it', () => {
    expect(made('245 00 $kPapers, $f1852-1860')).toMatchObject({ title_a: ['Papers'], title: ['Papers, 1852-1860'] })
    expect(made('245 14 $kLetters $aThe war')).toMatchObject({ titleSort: ['The war'] })
    expect(made('245 19 $aThe')).toMatchObject({ titleSort: ['The'] })
  })
})

test('numbers: each by its field; an ISBN in both of its forms, and as it was written', () => {
  const numbers = made(
    '010    $a   24016382 ',
    '020    $a0-86784-409-4 (pbk.)',
    '020    $z9780867844093',
    '022 0  $a0513-3998 $y0000-0000',
    '035    $a(OCoLC)ocm01641540 $z(OCoLC)64227665',
    '035    $asdr-coo326701',
    '050  4 $aHC103.7 $b.T56',
    '050  4 $aMicrofilm',
    '086 0  $aA 1.9:2059',
    '088    $aNASA-TM-X-2112',
    '490 0  $aSeries $x0157-5767 ;',
    '776 08 $tOnline $z9780000000002',
  )
  expect(numbers).toMatchObject({
    lccn: ['24016382'],
    isbn: ['9780867844092', '0867844094', '9780867844093', '0-86784-409-4 (pbk.)'],
    issn: ['0513-3998', '0000-0000'],
    oclc: ['01641540', '64227665'],
    sdrnum: ['sdr-coo326701'],
    callnumber: ['HC103.7 .T56'],
    sudoc: ['A 1.9:2059'],
    rptnum: ['NASA-TM-X-2112'],
    isn_related: ['0157-5767 ;', '9780000000002'],
  })
})

test('subjects: what a heading begins with, and the whole of it; not those that a machine made of others', () => {
  const subjects = made(
    '043    $an-us-mi $ae-fr--- $axx-----',
    '600 10 $aMelville, Herman, $d1819-1891, $edepicted. $xCriticism',
    '650  0 $aWhales $zMaine $y1800-1850. $vMaps.',
    '650  7 $aWhales. $2fast $y1900',
    '655  7 $aAlmanacs. $2lcgft',
    '690  4 $aLocal $z1910-1919',
  )
  expect(subjects).toMatchObject({
    topicStr: [
      'Melville, Herman',
      'Melville, Herman, 1819-1891, Criticism',
      'Whales',
      'Whales Maine 1800-1850. Maps',
      'Almanacs',
      'Local',
      'Local 1910-1919',
    ],
    genre: ['Almanacs.'],
    geographicStr: ['Michigan', 'France'],
    era: ['1800-1850.', '1910-1919'],
  })
})

test('imprint: who published, not who printed; a place in a hierarchy beside that of the 008', () => {
  const fixed = controlField('008', `${' '.repeat(15)}stk${' '.repeat(17)}eng  `)
  expect(
    made(fixed, '264  1 $aGlasgow $bBlackie', '264  3 $bPrinter', '250    $a2nd ed.', '752    $aScotland $bGlasgow'),
  ).toMatchObject({
    publisher: ['Blackie'],
    edition: ['2nd ed.'],
    countryOfPubStr: ['Scotland', 'United Kingdom', 'Scotland Glasgow'],
    language008_full: ['English'],
  })
})

test('a part of a country counts to it; of a state of the USA and a province of Canada nothing else is said', () => {
  const places: [string, string[]][] = [
    ['nyu', ['United States']],
    ['onc', ['Canada']],
    ['enk', ['England', 'United Kingdom']],
    ['vra', ['Victoria', 'Australia']],
    ['gw', ['Germany']],
    ['xxu', ['United States']],
    ['rur', ['Russian S.F.S.R.', 'Soviet Union']],
    ['zz', []],
    ['', []],
  ]
  for (const [code, names] of places) expect(countriesOf(code), code).toEqual(names)
})

test('the tables have a name for each code, and the codes are of their lists', () => {
  const tables: [ReadonlyMap<string, string>, RegExp, number][] = [
    [countryNames, /^[a-z]{2,3}$/, 318],
    [geographicNames, /^[a-z]{1,4}$|^[a-z]-[a-z]{2,3}(?:-[a-z]{2})?$/, 570],
    [languageNames, /^[a-z]{3}$/, 480],
    [collectionNames, /^[a-z]+$/, 90],
  ]
  for (const [table, code, least] of tables) {
    expect([...table.keys()].filter((each) => !code.test(each))).toEqual([])
    expect([...table].filter(([, name]) => !/^\p{Lu}[^|]*$/u.test(name ?? ''))).toEqual([])
    expect(table.size).toBeGreaterThanOrEqual(least)
  }
})
