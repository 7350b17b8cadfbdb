/** What a URL with a password such as `50%off` is refused with. */
export const badEscapes =
  'a % in the user name, password or name of a database is written %25; user and password may also be keys of their own'

/** Whether every % in it begins an escape: whoever is given the parts unescapes them. */
export function isWellEscaped(text: string): boolean {
  if (!URL.canParse(text)) return true
  const { username, password, hostname, pathname } = new URL(text)
  try {
    for (const part of [username, password, hostname, pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
