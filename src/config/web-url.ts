import { z } from 'zod'

const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** Whether user and password can be read from a URL, and of a database its other parts. */
export const isReadable = (
  text: string,
  parts: readonly ('username' | 'password' | 'hostname' | 'pathname')[],
): boolean => {
  if (!URL.canParse(text)) return true
  const url = new URL(text)
  return parts.every((part) => isDecodable(url[part]))
}

export const percentIsEscape =
  'a % that is no escape; written %25 it is a %, or user and password are keys of their own'

/** Of a server that is asked over HTTP. */
export const webUrl = z
  .url({ protocol: /^https?$/ })
  .refine((text) => isReadable(text, ['username', 'password']), percentIsEscape)
