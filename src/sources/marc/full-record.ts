import type { MarcField, MarcRecord } from './marc-record.ts'

const begin =
  '<?xml version="1.0" encoding="UTF-8"?><collection xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://www.loc.gov/MARC21/slim" xsi:schemaLocation="http://www.loc.gov/MARC21/slim http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"><record>'

/** A record as MARCXML, byte for byte as the catalogue keeps it in `fullrecord`: the same record makes the same text. */
export function fullRecord(marc: MarcRecord): string {
  return `${begin}<leader>${escaped(marc.leader)}</leader>${marc.fields.map(fieldXml).join('')}</record></collection>`
}

function fieldXml({ tag, value, indicators, subfields }: MarcField): string {
  const name = escaped(tag, true)
  if (value !== null) return `<controlfield tag="${name}">${escaped(value)}</controlfield>`
  const inner = subfields.map(([code, text]) => {
    return `<subfield code="${escaped(code, true)}">${escaped(text)}</subfield>`
  })
  const [ind1, ind2] = [escaped(indicators.slice(0, 1), true), escaped(indicators.slice(1), true)]
  return `<datafield tag="${name}" ind1="${ind1}" ind2="${ind2}">${inner.join('')}</datafield>`
}

function escaped(text: string, isAttribute = false): string {
  if (!/[&<>"]/.test(text)) return text
  const safe = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return isAttribute ? safe.replaceAll('"', '&quot;') : safe
}
