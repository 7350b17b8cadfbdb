// U+2E80, before which there is no script without blanks; the first byte tells it of Latin, which most pages are.
const least = '\xe2\xba\x80'
const firstByte = least.charCodeAt(0)
const unspaced = /^[\p{Script_Extensions=Han}\p{Script_Extensions=Hiragana}\p{Script_Extensions=Katakana}]$/u

/**
 * True where the one text ends and the other begins in Chinese or Japanese, which are written without blanks (Korean is not):
 * pieces of a line there are its characters, not its words. Both have a character for each byte of UTF-8.
 */
export function isUnspaced(before: string, after: string): boolean {
  if (after.charCodeAt(0) < firstByte || after < least) return false
  let start = before.length - 1
  while (start > 0 && isContinuing(before.charCodeAt(start))) start--
  let end = 1
  while (isContinuing(after.charCodeAt(end))) end++
  return isOf(before.slice(start)) && isOf(after.slice(0, end))
}

const isContinuing = (code: number): boolean => code >= 0x80 && code < 0xc0

const isOf = (bytes: string): boolean => bytes >= least && unspaced.test(Buffer.from(bytes, 'latin1').toString())
