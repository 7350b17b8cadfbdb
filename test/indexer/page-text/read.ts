import { plainText } from '../../../src/indexer/page-text/formats.ts'

/** The text of a page file, as lines. */
export function linesOf(file: string | Buffer, options: { dehyphenate?: boolean; name?: string } = {}): string[] {
  const page = { file: options.name ?? '1.xml', mime: null, format: null }
  const text = plainText(Buffer.from(file as string), page, { dehyphenate: options.dehyphenate ?? true }).toString()
  return text.split('\n').filter((line) => line !== '')
}
