import { type Kind, nth } from '../kind.ts'
import { plainMets, soundMets, volume } from './sound.ts'

const orders = [
  '',
  ' ',
  '0',
  '00',
  '-1',
  '+1',
  '1.5',
  '1e3',
  '0x10',
  '٣',
  '１',
  'NaN',
  'Infinity',
  '1 ',
  '１０',
  '999999999',
  '1000000000',
  '9'.repeat(400),
  'one',
  '&#0;',
  '1,2',
  '2',
  '3',
]

const fileIds: readonly ((xml: string) => string)[] = [
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="T9"'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID=""'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="__proto__"'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="constructor"'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="T0 T1"'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="t1"'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID=" T1 "'),
  (xml) => xml.replace('fptr FILEID="T1"', 'fptr FILEID="T0"'),
  (xml) => xml.replace('fptr FILEID="I1"', 'fptr FILEID="T0"'),
  (xml) => xml.replace('ID="T1"', 'ID="T0"'),
  (xml) => xml.replace('ID="T1"', 'ID="I0"'),
  (xml) => xml.replace('ID="T1"', ''),
  (xml) => xml.replace('ID="T1"', 'ID=""'),
  (xml) => xml.replaceAll('FILEID="T', 'FILEID="I'),
  (xml) => xml.replaceAll('FILEID=', 'CONTENTIDS='),
  (xml) => xml.replace('USE="ocr"', 'USE="OCR "'),
  (xml) => xml.replace(/<METS:fileGrp USE="ocr">.*?<\/METS:fileGrp>/s, (group) => group + group),
  (xml) => xml.replace(/<METS:structMap TYPE="physical">.*?<\/METS:structMap>/s, (map) => map + map),
  (xml) => xml.replace(/<METS:fileSec>.*?<\/METS:fileSec>/s, ''),
]

const folders = [
  '../',
  '../../',
  '../../../ot/he/r/other/',
  '../../../../../',
  '/',
  '/etc/',
  '//',
  './',
  'TEXT/',
  'a/../../',
  '.../',
  'case/../../',
]
const names = ['secret.txt', 'passwd', '1.txt', '']
/** The same path as others would write it: each has been let through by somebody. */
const writings: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replaceAll('.', '%2e').replaceAll('/', '%2f'),
  (path) => path.replaceAll('.', '%252e').replaceAll('/', '%252F'),
  (path) => path.replaceAll('..', '%c0%ae%c0%ae'),
  (path) => `file://${path}`,
  (path) => `file:${path}`,
  (path) => `http://192.0.2.1/${path}`,
  (path) => `jar:file:case.zip!/${path}`,
  (path) => `C:${path}`,
  (path) => `${path}&#0;.txt`,
  (path) => `${path}%00.txt`,
  (path) => path.replaceAll('/', '&#x2f;'),
  (path) => path.replaceAll('.', '．').replaceAll('/', '／'),
  (path) => path.replaceAll('/', '∕'),
  (path) => `\t${path}\n`,
  (path) => `${'x'.repeat(300)}/${path}`,
]
const namesOfNoFile = [
  '..',
  '.',
  '',
  ' ',
  '~',
  '*',
  '1.txt/',
  '1.txt/.',
  '1.txt ',
  '1.TXT',
  '1.txt.',
  'con',
  '-rf',
  '$HOME',
  '`id`',
  '|id',
  'x'.repeat(256),
  'x'.repeat(5_000),
  'e\u0301.txt',
  '\u202Etxt.1',
]

const divs = (depth: number) => `${'<METS:div ORDER="9">'.repeat(depth)}${'</METS:div>'.repeat(depth)}`
const inPage = (xml: string, what: string) => xml.replace('<METS:fptr FILEID="I1"/>', `<METS:fptr FILEID="I1"/>${what}`)
const structures: readonly ((xml: string) => string)[] = [
  (xml) => inPage(xml, '<METS:mptr LOCTYPE="URL" xl:href="case.mets.xml"/>'),
  (xml) => inPage(xml, '<METS:mptr LOCTYPE="URL" xl:href="../../../ot/he/r/other/other.mets.xml"/>'),
  (xml) =>
    xml.replace(
      '</METS:mets>',
      '<METS:structLink><METS:smLink xl:from="A" xl:to="B"/><METS:smLink xl:from="B" xl:to="A"/></METS:structLink></METS:mets>',
    ),
  (xml) => inPage(xml, '<METS:div ID="A"><METS:fptr><METS:area FILEID="A"/></METS:fptr></METS:div>'),
  (xml) =>
    inPage(
      xml,
      `<METS:fptr><METS:seq>${'<METS:par>'.repeat(50)}<METS:area FILEID="T0"/>${'</METS:par>'.repeat(50)}</METS:seq></METS:fptr>`,
    ),
  (xml) => inPage(xml, divs(150)),
  (xml) => inPage(xml, divs(5_000)),
  (xml) =>
    xml.replace(
      '<METS:fileGrp USE="ocr">',
      `<METS:fileGrp USE="ocr">${'<METS:fileGrp>'.repeat(100)}${'</METS:fileGrp>'.repeat(100)}`,
    ),
  (xml) =>
    xml.replace('<METS:FLocat xl:href="1.txt"/>', '<METS:file ID="T0"><METS:FLocat xl:href="2.txt"/></METS:file>'),
  (xml) =>
    xml.replace(
      '<METS:FLocat xl:href="1.txt"/>',
      '<METS:FLocat xl:href="1.txt"/><METS:FLocat xl:href="../secret.txt"/>',
    ),
  (xml) =>
    xml.replace('<METS:FLocat xl:href="1.txt"/>', '<METS:FContent><METS:binData>QUFB</METS:binData></METS:FContent>'),
  (xml) => xml.replace('<METS:FLocat xl:href="1.txt"/>', ''),
  (xml) =>
    xml.replace(
      '<METS:structMap TYPE="physical">',
      '<METS:structMap TYPE="physical"><METS:structMap TYPE="physical"/>',
    ),
  (xml) => xml.replace('TYPE="physical"', 'TYPE="PHYSICAL" LABEL="physical"'),
  (xml) => xml.replaceAll('structMap', 'structmap'),
  (xml) => xml.replace(/<METS:structMap TYPE="physical">.*<\/METS:structMap>/s, '<METS:structMap TYPE="physical"/>'),
  (xml) => `${xml}${xml}`,
  (xml) => xml.replace('<METS:amdSec>', `<METS:amdSec>${xml.slice(xml.indexOf('<METS:mets'))}`),
]

/** What METS points to. */
export const referenceKinds: readonly Kind[] = [
  {
    subject: 'METS',
    name: 'an ORDER that is no number, or there twice',
    cases: 46,
    make(random, index) {
      const place = random.whole(1, 3)
      const { text: _, ...untold } = volume({})
      return { ...untold, mets: soundMets().replace(`ORDER="${place}"`, `ORDER="${nth(orders, index)}"`) }
    },
  },
  {
    subject: 'METS',
    name: 'a FILEID to nowhere, to two files, or there twice',
    cases: 20,
    make: (_random, index) => volume({ mets: nth(fileIds, index)(soundMets()) }),
  },
  {
    subject: 'METS',
    name: 'an href that leads out of the item, in seventeen writings',
    cases: 102,
    ends: ['error'],
    make(random, index) {
      const path = `${random.pick(folders)}${random.pick(names)}`
      return volume({ mets: soundMets().replace('href="1.txt"', `href="${nth(writings, index)(path)}"`) })
    },
  },
  {
    subject: 'METS',
    name: 'an href that is no file of the zip',
    cases: 20,
    ends: ['error'],
    make: (_random, index) =>
      volume({ mets: soundMets().replace('href="1.txt"', `href="${nth(namesOfNoFile, index)}"`) }),
  },
  {
    subject: 'METS',
    name: 'a structure in a circle, too deep, or out of order',
    cases: 18,
    make: (_random, index) => volume({ mets: nth(structures, index)(soundMets()) }),
  },
  {
    subject: 'METS',
    name: 'more pages than the zip has',
    cases: 6,
    ends: ['PAGE_MISSING'],
    make: (random) => volume({ mets: plainMets(random.whole(4, 400)) }),
  },
]
