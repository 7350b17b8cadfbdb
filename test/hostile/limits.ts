const mebibyte = 2 ** 20

/**
 * What a case may cost, in bytes: memory above what the process had before, and bytes read above twice those of METS and
 * zip that are not images.
 */
export const limits = {
  small: { memory: 96 * mebibyte, read: 2 * mebibyte },
  large: { memory: 512 * mebibyte, read: 8 * mebibyte },
}
