import { languages } from '../languages.ts'
import type { Volume } from '../volumes.ts'
import type { RecordSource } from './record-source.ts'

type Subfields = readonly (readonly [code: string, value: string])[]

/** MARC fields of a record as MARCXML on one line, with one 974 per item. */
export function marcXml(source: RecordSource, volumes: readonly Volume[]): string {
  const { id, title, author, statement, year, subjects, originalTitle } = source
  const [, family = '', dates = ''] = /^(.*,) (\d{4}-.*)$/.exec(author) ?? []
  const fields = [
    datafield('035', '  ', [['a', `sdr-demo.${id}`]]),
    datafield('040', '  ', [
      ['a', 'DEMO'],
      ['c', 'DEMO'],
    ]),
    datafield('050', ' 4', [['a', source.callNumber]]),
    datafield('100', '1 ', [
      ['a', family],
      ['d', dates],
    ]),
    datafield('245', '10', [
      ...(originalTitle === null ? [] : [['6', '880-01'] as const]),
      ['a', `${title} /`],
      ['c', `${statement}.`],
    ]),
    datafield('260', '  ', [
      ['a', `${source.place} :`],
      ['b', `${source.publisher},`],
      ['c', `${year}.`],
    ]),
    datafield('300', '  ', [['a', 'v. ; 20 cm.']]),
    datafield('538', '  ', [['a', 'Mode of access: Internet.']]),
    ...subjects.map((subject) => datafield('650', ' 0', [['a', `${subject}.`]])),
    ...(originalTitle === null
      ? []
      : [
          datafield('880', '10', [
            ['6', '245-01'],
            ['a', originalTitle],
          ]),
        ]),
    datafield('CID', '  ', [['a', id]]),
    datafield('DAT', '0 ', [['a', '20251201000000.0']]),
    ...volumes.map((volume) => itemField(source, volume)),
  ]
  const head = `<leader>00000nam a2200000   4500</leader>${controlfield('001', id)}${controlfield('003', 'DEMO')}${controlfield('005', '20251201000000.0')}${controlfield('008', fixedField(source))}`
  return `<?xml version="1.0" encoding="UTF-8"?><collection xmlns="http://www.loc.gov/MARC21/slim"><record>${head}${fields.join('')}</record></collection>`
}

function itemField(source: RecordSource, volume: Volume): string {
  const subfields: Subfields = [
    ['b', 'DEMO'],
    ['c', 'DEMO'],
    ['d', volume.date],
    ['s', 'demo-digitizer'],
    ['u', volume.id],
    ...(volume.enumcron === null ? [] : [['z', volume.enumcron] as const]),
    ['y', String(source.year)],
    ['r', volume.rights],
    ['q', 'bib'],
  ]
  return datafield('974', '  ', subfields)
}

function fixedField(source: RecordSource): string {
  return `251201s${source.year}    ${source.country.code}           000 0 ${languages[source.language].marc} d`
}

function controlfield(tag: string, value: string): string {
  return `<controlfield tag="${tag}">${escaped(value)}</controlfield>`
}

function datafield(tag: string, indicators: string, subfields: Subfields): string {
  const inner = subfields.map(([code, value]) => `<subfield code="${code}">${escaped(value)}</subfield>`)
  return `<datafield tag="${tag}" ind1="${indicators[0]}" ind2="${indicators[1]}">${inner.join('')}</datafield>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
