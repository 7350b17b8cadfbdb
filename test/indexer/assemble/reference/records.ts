import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRecordFile } from '../../../../src/sources/record-files.ts'
import type { CatalogueRecord } from '../../../../src/sources/source.ts'
import { temporaryFolder } from '../../../repository/volume-folder.ts'
import { type ReferenceDocument, whole } from './documents.ts'

/**
 * The MARC records of the five reference documents. The data has the documents, not the records; what stands in the fields
 * above 99 is in their `allfields`, word by word, the numbers below are fields of their own. What is ours is where the words
 * belong, and the codes of 008 and 043.
 */
interface KnownRecord {
  readonly id: string
  readonly fixed: { readonly date: string; readonly place: string; readonly nature?: string }
  /** `TAG INDICATORS` and the subfields, each `$CODE text`. */
  readonly fields: string
}

const records: Readonly<Record<string, KnownRecord>> = {
  'coo.31924017270350': {
    id: '100187044',
    fixed: { date: '1899', place: 'oru' },
    fields: `
010    $a   62057445
035    $a sdr-coo326761
035    $a sdr-umn9933115270001701
035    $a sdr-osu.b41917480
035    $a (OCoLC)1642205
043    $a n-us-or
110 1  $a Oregon. $b Department of Justice.
245 10 $a Biennial report and opinions of the Attorney General of the State of Oregon.
260    $a [Salem]
300    $a 33 v. $c 24 cm.
362 0  $a 1897/99-1966/68.
500    $a Period covered by reports is irregular. Reports for 1895-1896 (1st) and 1914/1920 never published; the Attorney General's Digest of opinions is considered a report for the latter period. Cf. Rockwood, E.R. Oregon documents. 1947.
500    $a Title varies slightly.
538    $a Mode of access: Internet.
590    $a 1920-48.  l v.; 1946-64.  l v.
650  0 $a Attorneys general's opinions $z Oregon.
650  0 $a Justice, Administration of $z Oregon.
780 00 $a Oregon. Attorney General. $t Opinions of the Attorney General of the State of Oregon.`,
  },
  'coo.31924007104676': {
    id: '008377563',
    fixed: { date: '1874', place: 'wiu' },
    fields: `
010    $a   24016382
035    $a sdr-coo326701
035    $a sdr-miu.990083775630106381
035    $a sdr-umn9954796730001701
035    $a sdr-umn002226140
035    $a sdr-chi2002546
035    $a (OCoLC)1641540
043    $a n-us-wi
050 0  $a HE2709 $b .W6
110 1  $a Wisconsin. $b Railroad Commissioners' Department.
245 10 $a Biennial report of the Railroad Commissioner of the State of Wisconsin.
247 10 $a Annual report of the Railroad Commissioner of the State of Wisconsin $f 1976-1881/82
247 10 $a Annual report of the Railroad Commissioners of the State of Wisconsin $f 1874-1875
260    $a Madison, $b Democrat Printing Company, state printer.
300    $a 20 v. $b front. (1898/1900) plates tables (part fold.) fold. charts $c 23 cm.
362 0  $a 1874-1902/04.
500    $a Report year irregular.
538    $a Mode of access: Internet.
650  0 $a Railroads $z Wisconsin
785 00 $a Wisconsin. Railroad Commission. $t Biennial report of the Railroad Commission of Wisconsin`,
  },
  'coo.31924011469107': {
    id: '000518504',
    fixed: { date: '1885', place: 'enk' },
    fields: `
010    $a ca 07004695
035    $a sdr-coo1083385
035    $a sdr-miu.990005185040106381
035    $a sdr-umn9933260030001701
035    $a sdr-nyp.b164972055
035    $a sdr-umn002218854
035    $a (OCoLC)64227665
043    $a e-uk---
050 0  $a JN106 $b .C7
245 04 $a The Constitutional year book.
260    $a London, $b Conservative central office [etc.]
300    $a v. $c 22 cm.
500    $a Publication suspended from 1917 to 1918, inclusive.
538    $a Mode of access: Internet.
651  0 $a Great Britain $x Registers.`,
  },
  'coo.31924015154861': {
    id: '008699733',
    fixed: { date: '1911', place: 'nyu' },
    fields: `
035    $a sdr-coo339410
035    $a sdr-nyp.b152664452
035    $a (OCoLC)4648680
110 2  $a New York Society of Architects.
245 00 $a Manual. $b New York building laws.
247 10 $a Yearbook
260    $a New York.
300    $a v. $b ill. $c 24 cm.
362 0  $a 1st ed-   1911-
538    $a Mode of access: Internet.
650  0 $a Building laws $z New York (State).
650  0 $a Building laws $z New York (State) $z New York.
780 00 $a New York Society of Architects. $t Yearbook.`,
  },
  'coo.31924017234778': {
    id: '100579075',
    fixed: { date: '1903', place: 'ykc', nature: 'l' },
    fields: `
010    $a cn 77070652
022    $a 0513-3998
035    $a sdr-coo300343
035    $a sdr-umn9931384950001701
035    $a sdr-osu.b41951256
035    $a (OCoLC)1770399
110 1  $a Yukon Territory.
222  0 $a Ordinances of the Yukon Territory passed by the Yukon Council
240 10 $a Laws, etc. (Ordinances)
245 10 $a Ordinances of the Yukon Territory : $b passed by the Yukon Council in the year ...
260    $a [Whitehorse, Yukon Ter.] : $b Queen's Printer,
300    $a v. ; $c 25-28 cm.
362 0  $a 1903-1980 [pt. 1].
538    $a Mode of access: Internet.
650  7 $a Law $2 fast $0 (OCoLC)fst00993678
650  0 $a Law $z Yukon Territory.
651  7 $a Yukon $2 fast $0 (OCoLC)fst01892691
710 1  $a Yukon Territory. $b Legislative Assembly.
785 00 $t Ordinances of the government of Yukon`,
  },
}

/** The catalogue record of a reference document, read from a dump: that of its MARC, with the 974 of all its items. */
export async function referenceRecord(reference: ReferenceDocument): Promise<CatalogueRecord> {
  const file = join(temporaryFolder(), 'record.json')
  writeFileSync(file, JSON.stringify(marcJson(reference)))
  for await (const event of readRecordFile(file)) {
    if (event.kind === 'record') return event.record
  }
  throw new Error(`no record in ${file}`)
}

/** The same as MARC-in-JSON. */
export function marcJson(reference: ReferenceDocument): { leader: string; fields: object[] } {
  const { id, fixed, fields } = records[reference.id]!
  const { date, place, nature = ' ' } = fixed
  const coded = `770101c${date}9999${place}ar    ${nature}    0    0eng d`
  return {
    leader: '00000cas a2200000   4500',
    fields: [
      { '001': id },
      { '008': coded },
      ...fields.trim().split('\n').map(fieldOf),
      ...items(whole(reference, 'allfields')).map((subfields) => ({ 974: { ind1: ' ', ind2: ' ', subfields } })),
    ],
  }
}

function fieldOf(line: string): object {
  const [, ...subfields] = line.slice(6).split(/ ?\$(?=[a-z0-9] )/)
  const [ind1, ind2] = [line[4], line[5]]
  return {
    [line.slice(0, 3)]: { ind1, ind2, subfields: subfields.map((text) => ({ [text[0]!]: text.slice(2) })) },
  }
}

/** The subfields b, c, d, s, u, z, y, r, q, t of each 974, as they stand one after the other at the end of `allfields`. */
function items(allfields: string): object[][] {
  const [, ...texts] = allfields.split(/ (?=[A-Z]+ [A-Z]+ \d{8} \S+ \S+\.\S+ )/)
  return texts.map((text) => {
    const cells = /^(\S+) (\S+) (\d{8}) (\S+) (\S+) (?:(.*) )?(\d{4}) (pdus|pd|ic|und) (\S+)(?: (.*))?$/.exec(text)
    if (cells === null) throw new Error(`"${text}" is no 974`)
    return [...'bcdsuzyrqt'].flatMap((code, at) => (cells[at + 1] === undefined ? [] : [{ [code]: cells[at + 1] }]))
  })
}
