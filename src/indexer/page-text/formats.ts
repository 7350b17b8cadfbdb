import { SlipError } from '../../errors/slip-error.ts'
import { isUtf8Despite, unmarkedUtf16 } from '../markup/encoding.ts'
import { asUtf8 } from '../text/page-decoding.ts'
import { abbyy } from './abbyy.ts'
import { alto } from './alto.ts'
import { assertNoBinary } from './binary.ts'
import { hocr } from './hocr.ts'
import type { DividedText, PageFormat, PageFormatOptions } from './page-format.ts'
import { pageUnreadable } from './page-markup.ts'
import { pageXml } from './page-xml.ts'
import { structured } from './structured.ts'

const formats: readonly PageFormat[] = [alto, pageXml, hocr, structured, abbyy]
// The root element stands behind a declaration, a DOCTYPE and some comments.
const headLength = 4096

/** What is known of a page file beside its bytes. */
export interface PageFile {
  /** As METS names it. */
  readonly file: string
  /** MIMETYPE of METS. */
  readonly mime: string | null
  /** Where METS leaves no doubt: `plain` is never looked into, `structured` is TEI or JATS. */
  readonly format: 'plain' | 'structured' | null
}

/**
 * The text of a page file, for the cleaning of pages. The content decides in what format it is: MIMETYPE and
 * extension are wrong too often. Markup is known by its root element; what does not begin with one is plain text, unless its
 * first bytes say that it is an image, an archive or a PDF.
 * Throws PAGE_UNREADABLE and PAGE_FORMAT_UNKNOWN.
 */
export function plainText(bytes: Buffer, page: PageFile, options: PageFormatOptions): Buffer {
  const format = formatOf(bytes, page)
  return format === null ? bytes : inFile(page.file, () => alone(format.textOf(asMarkup(bytes), options)))
}

/** Kept until its document is assembled, and so not with the room that was there for a larger page. */
const alone = (text: Buffer): Buffer => (text.buffer.byteLength > text.length * 2 ? Buffer.from(text) : text)

/**
 * The text of each page of a file that holds several; null when it is of a format that has no pages, or holds none.
 * Throws as plainText.
 */
export function pagesOf(
  bytes: Buffer,
  page: PageFile,
  wanted: ReadonlySet<string>,
  options: PageFormatOptions,
): DividedText | null {
  const pages = formatOf(bytes, page)?.pagesOf
  const divided = pages === undefined ? null : inFile(page.file, () => pages(asMarkup(bytes), options, wanted))
  return divided === null || divided.texts.length === 0 ? null : divided
}

/** Null for plain text. */
function formatOf(bytes: Buffer, page: PageFile): PageFormat | null {
  assertNoBinary(bytes, page.file)
  if (page.format === 'plain' || bytes.length === 0) return null
  const head = inUtf8(bytes).toString('latin1', 0, headLength)
  const root = rootOf(head)
  if (root === null) {
    if (!isMeantAsMarkup(head, page.file)) return null
    throw pageFault(pageUnreadable(`no element begins in its first ${headLength} bytes`, '', 0), page.file)
  }
  const format = page.format === 'structured' ? structured : knownAs(root, head)
  if (format !== undefined) return format
  if (page.mime === 'text/plain' || page.file.endsWith('.txt')) return null
  throw new SlipError('PAGE_FORMAT_UNKNOWN', `Page file ${page.file} is <${root}>, which is no format of pages.`, {
    place: { file: page.file, root },
  })
}

function knownAs(root: string, head: string): PageFormat | undefined {
  return formats.find(({ roots, namespace = '' }) => roots.includes(root) && head.includes(namespace))
}

function inFile<Text>(file: string, read: () => Text): Text {
  try {
    return read()
  } catch (error) {
    throw error instanceof SlipError ? pageFault(error, file) : error
  }
}

const pageFault = ({ code, message, place, cause }: SlipError, file: string): SlipError =>
  new SlipError(code, message, { place: { file, ...place }, cause })

/** A file that was cut before its first element is damaged; a page of text may begin with a `<`. */
const isMeantAsMarkup = (head: string, file: string): boolean =>
  /^\s*<[?]xml\b/.test(head) || (/\.(?:xml|html?|hocr)$/i.test(file) && /^\s*<(?:[?!a-z_]|$)/i.test(head))

const leading = /^(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!doctype[^>[]*(?:\[[^\]]*\]\s*)?>)*/i

/** The local name of the first element, in lower case; null when the text does not begin with one. */
function rootOf(head: string): string | null {
  const name = /^<([a-z_][\w.:-]*)[\s/>]/i.exec(head.slice(leading.exec(head)![0].length))?.[1]
  return name === undefined ? null : name.slice(name.indexOf(':') + 1).toLowerCase()
}

/** The encoding that the XML declaration names, else a meta element of HTML. */
const encodingOf = (head: string): string | undefined =>
  (/^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(head) ??
    /<meta\b[^>]*?\bcharset\s*=\s*["']?([\w.:-]+)/i.exec(head))?.[1]

/** As it is read on; of UTF-16, marked or not, in UTF-8. */
function inUtf8(bytes: Buffer): Buffer {
  const unmarked = unmarkedUtf16(bytes)
  return unmarked === null ? asUtf8(bytes) : Buffer.from(new TextDecoder(unmarked).decode(bytes))
}

/** The markup with one character for each byte of UTF-8, whatever the encoding its XML declaration names. */
function asMarkup(bytes: Buffer): string {
  const utf8 = inUtf8(bytes)
  const declared = encodingOf(utf8.toString('latin1', 0, headLength))
  try {
    if (isUtf8Despite(declared, utf8)) return utf8.toString('latin1')
    return Buffer.from(new TextDecoder(declared).decode(utf8)).toString('latin1')
  } catch (error) {
    throw pageUnreadable(`its encoding ${declared} is not known`, '', 0, error)
  }
}
