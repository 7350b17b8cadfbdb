/** The numbers of so many shards, from 1. */
export const shardNumbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
