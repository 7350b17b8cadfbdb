// Also what a file system or a decoder further on could take for one of these.
const forbidden = /[\\:\x00-\x1f\x7f]/
const longest = { name: 255, path: 1024 }

/**
 * An href that is the plain name of a file; else null. Folders, `..`, absolute paths, URLs, backslashes, percent
 * encoding and control characters are refused: what decodes later might leave the item.
 */
export function plainName(href: string | null): string | null {
  return href !== null && href !== '.' && href !== '..' && /^[^/\\%:\x00-\x1f\x7f]{1,255}$/.test(href) ? href : null
}

/**
 * An href that is a path below the folder of the METS file, as names joined by `/`; else null. Taken are `ALTO/1.xml`,
 * `./ALTO/1.xml` and, as docWorks and Goobi write them, `file://./ALTO/1.xml` and `file://1.xml`, percent-encoded once. Everything else is refused:
 * `..` anywhere, absolute paths, URLs, backslashes, NUL and other control characters, and what is still percent-encoded
 * when it has been decoded once.
 */
export function relativePath(href: string | null): string | null {
  if (href === null || href.length > longest.path) return null
  const path = decoded(href.replace(/^file:\/\/(?=\.\/|[^/]+$)/, ''))
  if (path === null) return null
  const names = path.split('/')
  while (names[0] === '.') names.shift()
  return names.length > 0 && names.every(isName) ? names.join('/') : null
}

/**
 * An href that is a path below the folder of the METS file, and the part of the file it points to: `ALTO/book.xml#page_7`.
 * A `#` elsewhere belongs to a name.
 */
export function relativePart(href: string | null): { path: string; part: string | null } | null {
  const [, before, after] = /^(.*\.(?:xml|x?html?|hocr))#([^#/]+)$/is.exec(href ?? '') ?? []
  const path = relativePath(before ?? href)
  const part = after === undefined ? null : decoded(after)
  return path === null || (after !== undefined && part === null) ? null : { path, part }
}

/** A file at a URL. */
export interface UrlPart {
  /** Without what follows a `#`. */
  readonly url: string
  /** The last part of its path: what the file is called that was kept of it. */
  readonly path: string
  readonly part: string | null
}

/**
 * An href that is an http URL whose path ends in a name; else null. Nothing is fetched: only the name is looked for among the
 * files of the item.
 */
export function urlPart(href: string | null): UrlPart | null {
  const [, url, path, after] = /^(https?:\/\/[^/?#]+(\/[^?#]*)(?:\?[^#]*)?)(?:#(.*))?$/is.exec(href ?? '') ?? []
  if (url === undefined || path === undefined) return null
  const name = decoded(path.slice(path.lastIndexOf('/') + 1))
  const part = after ? decoded(after) : null
  return name === null || !isName(name) || name.includes('/') || (after && part === null)
    ? null
    : { url, path: name, part }
}

const iiif =
  /\/([^/]+)\/(?:(?:full|square|(?:pct:)?[\d.]+(?:,[\d.]+){3})\/[^/]+\/!?[\d.]+\/(?:default|native|colou?r|gr[ae]y|bitonal)\.\w+|info\.json)$/i

/**
 * What an image is called, without folder and extension; of a IIIF URL (`…/NAME/full/max/0/default.jpg`) its identifier, or the last
 * part of that. Never used to open anything by itself.
 */
export function imageName(href: string): string {
  const path = /^https?:/i.test(href) ? href.replace(/[?#].*$/s, '') : href
  const identifier = iiif.exec(path)?.[1]
  const whole = identifier === undefined ? path : (decoded(identifier) ?? identifier)
  return whole.replace(/^.*[/\\]/s, '').replace(/\.[^.]*$/, '')
}

function decoded(path: string): string | null {
  try {
    const once = decodeURIComponent(path)
    return /%[0-9a-f]{2}/i.test(once) ? null : once
  } catch {
    return null
  }
}

const isName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !forbidden.test(name) && Buffer.byteLength(name) <= longest.name
