export const equals = 0x3d
export const colon = 0x3a
export const bang = 0x21
export const question = 0x3f
export const slash = 0x2f
export const less = 0x3c
export const greater = 0x3e
export const underscore = 0x5f
export const doubleQuote = 0x22
export const singleQuote = 0x27

export const isBlank = (code: number): boolean => code === 0x20 || (code > 8 && code < 14)

export const isEndOfName = (code: number): boolean => isBlank(code) || code === greater || code === slash

export const isLetter = (code: number): boolean => (code > 0x60 && code < 0x7b) || (code > 0x40 && code < 0x5b)

const inName = new Uint8Array(128).map((_, code) => (/[\w.:-]/.test(String.fromCharCode(code)) ? 1 : 0))

export const isInName = (code: number): boolean => code > 0x7f || inName[code] === 1
