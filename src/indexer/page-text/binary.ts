import { SlipError } from '../../errors/slip-error.ts'

/** What files begin with that are no text. */
const kinds = Object.entries({
  PDF: ['%PDF-'],
  zip: ['PK\x03\x04'],
  gzip: ['\x1f\x8b'],
  JPEG: ['\xff\xd8\xff'],
  PNG: ['\x89PNG'],
  TIFF: ['II*\0', 'MM\0*'],
  'JPEG 2000': ['\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
}).flatMap(([kind, starts]) => starts.map((start) => ({ kind, start: Buffer.from(start, 'latin1') })))

/** Throws PAGE_FORMAT_UNKNOWN of an image, an archive or a PDF, which would be indexed as words. */
export function assertNoBinary(bytes: Buffer, file: string): void {
  for (const { kind, start } of kinds) {
    if (bytes[0] !== start[0] || !bytes.subarray(0, start.length).equals(start)) continue
    throw new SlipError('PAGE_FORMAT_UNKNOWN', `Page file ${file} is ${kind}, which is no text.`, {
      place: { file, kind },
    })
  }
}
