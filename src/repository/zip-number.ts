/** 64 bits of a zip as a number. Throws for one beyond those that a number holds. */
export function wholeNumber(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at)
  if (value > Number.MAX_SAFE_INTEGER) throw new Error(`it states ${value} bytes`)
  return value
}
