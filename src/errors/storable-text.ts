/** A message may quote what was found in a file; no text of a database holds a NUL. */
export const storableText = (text: string): string => text.replaceAll('\0', '\ufffd')
