'use strict'
const fs = require('fs')
const path = require('path')

/**
 * Runs `work` while no other process does so for `folder`. The algorithm is that of src/embedded-postgres/lock.ts, told
 * there; it is written again because this runs before anything is installed, on a Node that reads no TypeScript.
 */
function withInstallLock(folder, say, work) {
  fs.mkdirSync(folder, { recursive: true })
  const mine = path.join(folder, `try.${process.pid}`)
  fs.writeFileSync(mine, `${String(process.pid)} ${startOf(process.pid)}`)
  const lock = path.join(folder, String(take(folder, mine, say)))
  try {
    return work()
  } finally {
    fs.writeFileSync(mine, 'free')
    fs.renameSync(mine, lock)
  }
}

function take(folder, mine, say) {
  let told = false
  for (;;) {
    const top = highest(folder)
    const holder = holderOf(path.join(folder, String(top)))
    if (holder === null) {
      if (tryNumber(folder, mine, top + 1)) return top + 1
    } else if (!told) {
      say(`waiting for process ${holder}, which is installing the dependencies …`)
      told = true
    }
    pause()
  }
}

function tryNumber(folder, mine, number) {
  const lock = path.join(folder, String(number))
  try {
    fs.linkSync(mine, lock)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  if (highest(folder) > number) {
    fs.unlinkSync(lock)
    return false
  }
  // link(2) shares the file, so the name that will be rewritten at release has to be a file of its own.
  fs.unlinkSync(mine)
  for (const name of fs.readdirSync(folder)) {
    if (/^\d+$/.test(name) && Number(name) < number) fs.unlinkSync(path.join(folder, name))
  }
  return true
}

function highest(folder) {
  const numbers = fs.readdirSync(folder).filter((name) => /^\d+$/.test(name))
  return Math.max(0, ...numbers.map(Number))
}

/** Pid of the living process that holds a lock file; null when there is none. */
function holderOf(file) {
  try {
    const words = fs.readFileSync(file, 'utf8').split(' ')
    return words[0] !== 'free' && words[1] !== '' && startOf(words[0]) === words[1] ? words[0] : null
  } catch {
    return null
  }
}

/** Start time of a process in clock ticks, which tells it from a later one of the same pid; '' when it is gone. */
function startOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return ''
  }
}

function pause() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
}

module.exports = withInstallLock
