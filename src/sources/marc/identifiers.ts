import { type BibField, distinct, headings, ofTags, values } from './extract.ts'

// x and z are the ISSN and the ISBN of what a field names, in series, notes, added and linking entries.
const related = {
  ...ofTags('440 490 510 700 710 711 730 800 810 811 830', 'x'),
  ...ofTags('534 556 581 760 762 765 767 770 772 773 774 775 776 777 780 785 786 787', 'xz'),
}

const oclc = /^\s*(?:\(OCoLC\)|(?:\(OCoLC\))?(?:ocm|ocn|on))(\d+)/

/** The numbers a record is known by. */
export function identifiersOf(fields: readonly BibField[]): Record<string, readonly string[]> {
  const own = values(fields, { '035': 'a' })
  const controlNumbers = values(fields, { '035': 'az' })
  return {
    oclc: distinct(controlNumbers.map((text) => oclc.exec(text)?.[1] ?? '')),
    sdrnum: own.filter((text) => text.startsWith('sdr-')),
    isbn: isbnsOf(values(fields, { '020': 'az' })),
    // linking, cancelled and incorrect ones too
    issn: values(fields, { '022': 'almyz', 247: 'x' }),
    isn_related: headings(fields, related),
    lccn: values(fields, { '010': 'a' }).map((text) => text.trim()),
    rptnum: values(fields, { '088': 'a' }),
    sudoc: headings(fields, { '086': 'az' }),
    // of the Library of Congress, or what looks like it
    callnumber: headings(fields, ofTags('050 090', 'ab')).filter((text) => /^\s*[A-Z]+\s*\d+/.test(text)),
  }
}

/** Each number in its forms of 13 and 10 digits, then all as they are written. */
function isbnsOf(written: readonly string[]): string[] {
  return distinct([...written.flatMap(formsOf), ...written])
}

/** Only a number whose check digit is right has another form. */
function formsOf(text: string): string[] {
  const number = /\d[\d-]{6,}[xX]?/.exec(text)?.[0].replaceAll('-', '').toUpperCase() ?? ''
  if (number.length !== 10 && number.length !== 13) return []
  const core = number.length === 10 ? number.slice(0, 9) : number.slice(3, 12)
  const [long, short] = [`978${core}${checkOf13(`978${core}`)}`, `${core}${checkOf10(core)}`]
  return number === long || number === short ? [long, short] : [number]
}

/** Modulo 11, weights 1 to 9. */
function checkOf10(core: string): string {
  const sum = [...core].reduce((total, digit, at) => total + Number(digit) * (at + 1), 0) % 11
  return sum === 10 ? 'X' : String(sum)
}

/** Modulo 10, weights 1 and 3 in turn. */
function checkOf13(core: string): string {
  const sum = [...core].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return String((10 - (sum % 10)) % 10)
}
